(** What the main theorems rest on: printed here, and compared by [make check] with
    assumptions.expected.  Only the last ones, about the reals of Coq's library, rest on axioms, and
    these are that library's. *)

From ExactRev Require Import Checker Regions RationalField RealClaims.

Print Assumptions attach_value.
Print Assumptions reduce_sound.
Print Assumptions isomorphic_sound.
Print Assumptions equal_sound.
Print Assumptions outputs_at_correct.
Print Assumptions different_sound.
Print Assumptions echelon_independent.
Print Assumptions combined_sound.
Print Assumptions step_cell_sound.
Print Assumptions proved_norm_sound.
Print Assumptions working_space.
Print Assumptions regions_sound.
Print Assumptions rationals.
Print Assumptions equal_over_the_reals.
Print Assumptions regions_over_the_reals.
