(** * What the theorems about the theorem rest on: nothing but Coq (see Assumptions.v) *)

From ExactRev Require Import TheoryBend.

Print Assumptions piece_affine.
Print Assumptions piece_right.
Print Assumptions bend.
Print Assumptions bend_adjacent.
Print Assumptions bend_of_gradient.
Print Assumptions bend_near.
Print Assumptions boundary_bends.
