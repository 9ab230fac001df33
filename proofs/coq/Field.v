(** * Ordered fields

    Networks are functions on numbers.  Everything in this development is proved for the numbers of
    any ordered field: the rationals (RationalField.v) and the reals (RealField.v) are two of them.
    Equality is Coq's own, so that terms can be rewritten freely. *)

Require Export Ring Setoid List Bool.
Require Import Ring_theory.
Export ListNotations.

Record OrderedField := {
  carrier :> Type;
  zero : carrier; one : carrier;
  add : carrier -> carrier -> carrier;
  mul : carrier -> carrier -> carrier;
  opp : carrier -> carrier;
  inv : carrier -> carrier;
  le : carrier -> carrier -> Prop;
  ring_laws : ring_theory zero one add mul (fun x y => add x (opp y)) opp (@eq carrier);
  one_is_not_zero : one <> zero;
  inv_law : forall x, x <> zero -> mul x (inv x) = one;
  le_antisym : forall x y, le x y -> le y x -> x = y;
  le_trans : forall x y z, le x y -> le y z -> le x z;
  le_total : forall x y, le x y \/ le y x;
  le_dec : forall x y, {le x y} + {~ le x y};
  add_le : forall x y z, le x y -> le (add x z) (add y z);
  mul_nonneg : forall x y, le zero x -> le zero y -> le zero (mul x y) }.

Arguments zero {_}. Arguments one {_}. Arguments add {_} _ _. Arguments mul {_} _ _.
Arguments opp {_} _. Arguments inv {_} _. Arguments le {_} _ _.
Arguments le_dec {_} _ _.

Definition sub {F : OrderedField} (x y : F) : F := add x (opp y).
Definition lt {F : OrderedField} (x y : F) : Prop := ~ le y x.

Declare Scope field_scope.
Delimit Scope field_scope with F.
Bind Scope field_scope with carrier.
Notation "0" := zero : field_scope.
Notation "1" := one : field_scope.
Notation "x + y" := (add x y) : field_scope.
Notation "x * y" := (mul x y) : field_scope.
Notation "x - y" := (sub x y) : field_scope.
Notation "- x" := (opp x) : field_scope.
Notation "x <= y" := (le x y) : field_scope.
Notation "x < y" := (lt x y) : field_scope.

(** The value of a neuron whose sum is [z]. *)
Definition relu {F : OrderedField} (z : F) : F := if le_dec zero z then z else zero.

Section Order.
Variable F : OrderedField.
Local Open Scope field_scope.
Implicit Types x y z : F.

Lemma field_ring : ring_theory (0 : F) 1 add mul sub opp eq.
Proof. exact (ring_laws F). Qed.
Add Ring F_ring : field_ring.

Lemma le_refl x : x <= x.
Proof. destruct (le_total F x x); auto. Qed.

Lemma lt_le x y : x < y -> x <= y.
Proof. intro H. destruct (le_total F x y); auto. now elim H. Qed.

Lemma le_or_lt x y : x <= y \/ y < x.
Proof. destruct (le_dec x y); auto. Qed.

Lemma lt_irrefl x : ~ x < x.
Proof. intro H. apply H, le_refl. Qed.

Lemma lt_neq x y : x < y -> x <> y.
Proof. intros H ->. exact (lt_irrefl _ H). Qed.

Lemma le_neq_lt x y : x <= y -> x <> y -> x < y.
Proof. intros H N G. apply N, (le_antisym F); auto. Qed.

Lemma le_lt_trans x y z : x <= y -> y < z -> x < z.
Proof. intros H G K. apply G. apply (le_trans F z x y); auto. Qed.

Lemma lt_le_trans x y z : x < y -> y <= z -> x < z.
Proof. intros H G K. apply H. apply (le_trans F y z x); auto. Qed.

Lemma lt_trans x y z : x < y -> y < z -> x < z.
Proof. intros H G. apply (lt_le_trans x y z); auto using lt_le. Qed.

Lemma eq_or_neq x y : x = y \/ x <> y.
Proof.
  destruct (le_dec x y) as [H|H]; [destruct (le_dec y x) as [G|G]|].
  - left. now apply (le_antisym F).
  - right. intros ->. auto.
  - right. intros ->. apply H, le_refl. Qed.

(** ** A difference tells the order *)

Lemma le_sub x y : x <= y <-> 0 <= y - x.
Proof. split; intro H.
  - apply (add_le F _ _ (- x)) in H. replace (x + - x) with (0 : F) in H by ring. exact H.
  - apply (add_le F _ _ x) in H. replace (0 + x) with x in H by ring.
    now replace (y - x + x) with y in H by ring. Qed.

Lemma lt_sub x y : x < y <-> 0 < y - x.
Proof. unfold lt. rewrite (le_sub y x), (le_sub (y - x) 0).
  replace (0 - (y - x)) with (x - y) by ring. reflexivity. Qed.

Lemma add_nonneg x y : 0 <= x -> 0 <= y -> 0 <= x + y.
Proof. intros H G. apply (le_trans F _ y); auto.
  apply (add_le F _ _ y) in H. now replace (0 + y) with y in H by ring. Qed.

Lemma add_pos_nonneg x y : 0 < x -> 0 <= y -> 0 < x + y.
Proof. intros H G. apply (lt_le_trans _ x); auto.
  apply le_sub. now replace (x + y - x) with y by ring. Qed.

Lemma add_nonneg_pos x y : 0 <= x -> 0 < y -> 0 < x + y.
Proof. intros H G. replace (x + y) with (y + x) by ring. now apply add_pos_nonneg. Qed.

Lemma product_zero x y : x * y = 0 -> x <> 0 -> y = 0.
Proof. intros H N. replace y with ((x * inv x) * y) by (rewrite inv_law by auto; ring).
  replace (x * inv x * y) with (inv x * (x * y)) by ring. rewrite H. ring. Qed.

Lemma mul_pos x y : 0 < x -> 0 < y -> 0 < x * y.
Proof. intros H G. apply le_neq_lt.
  - apply mul_nonneg; now apply lt_le.
  - intro E. symmetry in E. apply product_zero in E.
    + rewrite E in G. exact (lt_irrefl _ G).
    + intro Z. rewrite Z in H. exact (lt_irrefl _ H). Qed.

Lemma opp_nonneg x : x <= 0 -> 0 <= - x.
Proof. intro H. apply le_sub in H. now replace (- x) with (0 - x) by ring. Qed.

Lemma opp_pos x : x < 0 -> 0 < - x.
Proof. intro H. apply lt_sub in H. now replace (- x) with (0 - x) by ring. Qed.

Lemma square_nonneg x : 0 <= x * x.
Proof. destruct (le_total F 0 x) as [H|H].
  - now apply mul_nonneg.
  - replace (x * x) with (- x * - x) by ring. apply mul_nonneg; now apply opp_nonneg. Qed.

Lemma one_pos : (0 : F) < 1.
Proof. apply le_neq_lt.
  - replace (1 : F) with (1 * 1 : F) by ring. apply square_nonneg.
  - intro E. apply (one_is_not_zero F). auto. Qed.

Lemma pos_nonzero x : 0 < x -> x <> 0.
Proof. intros H ->. exact (lt_irrefl _ H). Qed.

Lemma inv_pos x : 0 < x -> 0 < inv x.
Proof. intro H. pose proof (pos_nonzero _ H) as N. destruct (le_or_lt (inv x) 0) as [G|G]; auto.
  exfalso. apply one_pos. apply le_sub. replace (0 - 1 : F) with (x * - inv x).
  - apply mul_nonneg; [now apply lt_le | now apply opp_nonneg].
  - replace (x * - inv x) with (- (x * inv x)) by ring. rewrite inv_law by auto. ring. Qed.

Lemma mul_cancel_pos c x : 0 < c -> 0 < c * x -> 0 < x.
Proof. intros H G. replace x with (inv c * (c * x)).
  - apply mul_pos; auto. now apply inv_pos.
  - replace (inv c * (c * x)) with ((c * inv c) * x) by ring.
    rewrite inv_law by now apply pos_nonzero. ring. Qed.

Lemma mul_cancel_nonneg c x : 0 < c -> 0 <= c * x -> 0 <= x.
Proof. intros H G. replace x with (inv c * (c * x)).
  - apply mul_nonneg; auto. now apply lt_le, inv_pos.
  - replace (inv c * (c * x)) with ((c * inv c) * x) by ring.
    rewrite inv_law by now apply pos_nonzero. ring. Qed.

(** ** relu *)

Lemma relu_nonneg z : 0 <= relu z.
Proof. unfold relu. destruct (le_dec 0 z); auto using le_refl. Qed.

Lemma relu_of_nonneg z : 0 <= z -> relu z = z.
Proof. unfold relu. destruct (le_dec 0 z); tauto. Qed.

Lemma relu_of_nonpos z : z <= 0 -> relu z = 0.
Proof. unfold relu. intro. destruct (le_dec 0 z); auto. now apply le_antisym. Qed.

(** A positive factor passes through relu: neurons may be scaled and merged. *)
Lemma relu_scale c z : 0 <= c -> relu (c * z) = c * relu z.
Proof. intro H. destruct (le_total F 0 z) as [G|G].
  - rewrite (relu_of_nonneg z), relu_of_nonneg; auto. now apply mul_nonneg.
  - rewrite (relu_of_nonpos z), relu_of_nonpos; auto; [ring|].
    apply le_sub. replace (0 - c * z) with (c * - z) by ring.
    apply mul_nonneg; auto. now apply opp_nonneg. Qed.

(** A neuron may be flipped. *)
Lemma relu_flip z : relu z = z + relu (- z).
Proof. destruct (le_total F 0 z) as [G|G].
  - rewrite relu_of_nonneg, (relu_of_nonpos (- z)); auto; [ring|].
    apply le_sub. now replace (0 - - z) with z by ring.
  - rewrite relu_of_nonpos, (relu_of_nonneg (- z)); auto; [ring|]. now apply opp_nonneg. Qed.

End Order.
