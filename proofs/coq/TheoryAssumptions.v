(** * What the theorems about the theorem rest on: nothing but Coq (see Assumptions.v) *)

From ExactRev Require Import TheorySymmetry TheorySorted TheoryBend TheoryDepthOne TheoryReading.

Print Assumptions isomorphic_same_function.
Print Assumptions canonical_form_decides.
Print Assumptions canonical_form_of_networks.
Print Assumptions isomorphic_if_and_only_if.
Print Assumptions sorting_decides_isomorphism_of_networks.
Print Assumptions piece_affine.
Print Assumptions piece_right.
Print Assumptions bend.
Print Assumptions bend_adjacent.
Print Assumptions bend_of_gradient.
Print Assumptions bend_near.
Print Assumptions bend_near_adjacent.
Print Assumptions boundary_bends.
Print Assumptions straight_elsewhere.
Print Assumptions hyperplane_not_covered.
Print Assumptions bends_on_hyperplanes.
Print Assumptions first_layer_determined.
Print Assumptions boundaries_leave_sides_open.
Print Assumptions equal_one_layer.
Print Assumptions first_layer_of_networks.
Print Assumptions equal_networks_one_layer.
Print Assumptions theorem_a.
Print Assumptions theorem_a_one_hidden_layer.
Print Assumptions read_networks_are_complete.
