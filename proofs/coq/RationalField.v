(** * The rationals are an ordered field

    [Qc]: fractions in lowest terms, so that equal numbers are equal terms. *)

Require Import QArith Qcanon.
From ExactRev Require Import Field.

Lemma Qc_ring : ring_theory 0%Qc 1%Qc Qcplus Qcmult (fun x y => Qcplus x (Qcopp y)) Qcopp eq.
Proof. exact Qcrt. Qed.

Lemma Qc_total x y : (x <= y)%Qc \/ (y <= x)%Qc.
Proof. destruct (Qclt_le_dec x y); auto using Qclt_le_weak. Qed.

Definition Qc_le_dec x y : {(x <= y)%Qc} + {~ (x <= y)%Qc}.
Proof. destruct (Qclt_le_dec y x) as [H|H]; [right|left]; auto. now apply Qclt_not_le. Defined.

Lemma Qc_mul_nonneg x y : (0 <= x)%Qc -> (0 <= y)%Qc -> (0 <= x * y)%Qc.
Proof. intros H G. replace 0%Qc with (0 * y)%Qc by apply Qcmult_0_l. now apply Qcmult_le_compat_r. Qed.

Definition rationals : OrderedField := {|
  carrier := Qc; zero := 0%Qc; one := 1%Qc; add := Qcplus; mul := Qcmult; opp := Qcopp;
  inv := Qcinv; le := Qcle;
  ring_laws := Qc_ring;
  one_is_not_zero := Q_apart_0_1;
  inv_law := Qcmult_inv_r;
  le_antisym := Qcle_antisym;
  le_trans := Qcle_trans;
  le_total := Qc_total;
  le_dec := Qc_le_dec;
  add_le := fun x y z H => Qcplus_le_compat x y z z H (Qcle_refl z);
  mul_nonneg := Qc_mul_nonneg |}.
