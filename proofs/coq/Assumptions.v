(** What the main theorems rest on: printed here, and compared by [make check] with
    assumptions.expected.  Only the last ones, about the reals of Coq's library, rest on axioms, and
    these are that library's. *)

From ExactRev Require Import Equal Regions EqualOn Within BoxesWithin UnsatisfiedSound Points BoundaryPaths
  RationalField RealClaims.
From ExactRev Require Import VariedSound.

Print Assumptions attach_value.
Print Assumptions reduce_sound.
Print Assumptions isomorphic_sound.
Print Assumptions search_sound.
Print Assumptions equal_sound.
Print Assumptions outputs_at_correct.
Print Assumptions different_sound.
Print Assumptions not_isomorphic_sound.
Print Assumptions echelon_independent.
Print Assumptions combined_sound.
Print Assumptions step_cell_sound.
Print Assumptions proved_norm_sound.
Print Assumptions working_space.
Print Assumptions regions_sound.
Print Assumptions replant_values.
Print Assumptions side_by_side_solved.
Print Assumptions step_approached.
Print Assumptions closed_approached.
Print Assumptions interior_rows_sound.
Print Assumptions on_ground_sound.
Print Assumptions cancelled_in_cell.
Print Assumptions vanished_in_cell.
Print Assumptions equal_on_sound.
Print Assumptions within_sound.
Print Assumptions packed_sums_correct.
Print Assumptions ready_bounds_sound.
Print Assumptions boxes_sound.
Print Assumptions unsatisfied_sound.
Print Assumptions satisfied_sound.
Print Assumptions same_class_sound.
Print Assumptions other_class_sound.
Print Assumptions unscalable_sound.
Print Assumptions unbounded_sound.
Print Assumptions codimension_unique.
Print Assumptions counted_exactly.
Print Assumptions regions_exact.
Print Assumptions regions_borders.
Print Assumptions roots_apart.
Print Assumptions reaches_iff.
Print Assumptions facet_gradient.
Print Assumptions boundaries_sound.
Print Assumptions stated_connected.
Print Assumptions stated_borders.
Print Assumptions rationals.
Print Assumptions equal_over_the_reals.
Print Assumptions not_isomorphic_over_the_reals.
Print Assumptions regions_over_the_reals.
Print Assumptions regions_exact_over_the_reals.
Print Assumptions boundaries_over_the_reals.
Print Assumptions equal_on_over_the_reals.
Print Assumptions within_over_the_reals.
Print Assumptions within_by_boxes_over_the_reals.
Print Assumptions unsatisfied_over_the_reals.
