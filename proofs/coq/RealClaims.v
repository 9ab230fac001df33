(** * The claims over the reals

    The theorems hold in every ordered field; here is what they say for Coq's reals. *)

From ExactRev Require Import RealField Equal Regions EqualOn Within BoxesWithin UnsatisfiedSound Points
  BoundariesSound.
From ExactRev Require Import VariedSound.

Theorem equal_over_the_reals a b steps :
  judged (equality_start a b) equality_take equality_finish steps = true ->
  exists p q, read_network a = Some p /\ read_network b = Some q /\
    forall x : list reals, outputs q x = outputs p x.
Proof. exact (equal_sound reals a b steps). Qed.

Theorem isomorphic_over_the_reals a b steps :
  judged (isomorphic_start a b) isomorphic_take equal_finish steps = true ->
  exists p q, read_network a = Some p /\ read_network b = Some q /\
    isomorphic reals p q /\ forall x : list reals, outputs q x = outputs p x.
Proof. exact (isomorphic_sound reals a b steps). Qed.

Theorem different_over_the_reals a b steps :
  judged (different_start a b) different_take different_finish steps = true ->
  exists p q (x : list reals), read_network a = Some p /\ read_network b = Some q /\
    N.of_nat (length x) = input_count a /\ outputs p x <> outputs q x.
Proof. exact (different_sound reals a b steps). Qed.

(** [regions_sound reals] and [regions_exact reals] are the statements for [regions]. *)
Definition regions_over_the_reals := regions_sound reals.
Definition regions_exact_over_the_reals := regions_exact reals.

(** And [boundaries_sound reals] that for [boundaries]. *)
Definition boundaries_over_the_reals := boundaries_sound reals.

(** The same for the other claims. *)
Definition not_isomorphic_over_the_reals := not_isomorphic_sound reals.
Definition unscalable_over_the_reals := unscalable_sound reals.
Definition equal_on_over_the_reals := equal_on_sound reals.
Definition within_over_the_reals := within_sound reals.
Definition within_by_boxes_over_the_reals := boxes_sound reals.
Definition unbounded_over_the_reals := unbounded_sound reals.
Definition same_class_over_the_reals := same_class_sound reals.
Definition other_class_over_the_reals := other_class_sound reals.
Definition satisfied_over_the_reals := satisfied_sound reals.
Definition unsatisfied_over_the_reals := unsatisfied_sound reals.
