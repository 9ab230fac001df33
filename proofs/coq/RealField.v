(** * The reals are an ordered field

    These are the reals of Coq's standard library, which are built with its axioms for classical
    analysis.  This is the only file that uses axioms, and nothing but RealClaims.v depends on it. *)

Require Import Reals Lra.
From ExactRev Require Import Field.
Open Scope R_scope.

Lemma R_ring : ring_theory 0 1 Rplus Rmult (fun x y => Rplus x (Ropp y)) Ropp eq.
Proof. split; intros; ring. Qed.

Lemma R_total x y : x <= y \/ y <= x. Proof. lra. Qed.

Definition R_le_dec x y : {x <= y} + {~ x <= y}.
Proof. destruct (Rle_lt_dec x y) as [H|H]; [left|right]; auto. now apply Rlt_not_le. Defined.

Definition reals : OrderedField := {|
  carrier := R; zero := 0; one := 1; add := Rplus; mul := Rmult; opp := Ropp;
  inv := Rinv; le := Rle;
  ring_laws := R_ring;
  one_is_not_zero := R1_neq_R0;
  inv_law := Rinv_r;
  le_antisym := Rle_antisym;
  le_trans := Rle_trans;
  le_total := R_total;
  le_dec := R_le_dec;
  add_le := fun x y z H => Rplus_le_compat_r z x y H;
  mul_nonneg := Rmult_le_pos |}.
