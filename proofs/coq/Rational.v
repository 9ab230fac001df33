(** * The integers and rationals of a certificate, and what they mean in an ordered field

    The checker computes with Coq's integers [Z] and rationals [Q]; both are read as numbers of
    the field by [of_Z] and [of_Q].  Sums are kept in lowest terms, so that they stay short. *)

Require Export ZArith NArith QArith_base.
Require Import Lia Ring_theory InitialRing Zbool.
From ExactRev Require Export Field.

Definition of_Z {F : OrderedField} : Z -> F := gen_phiZ zero one add mul opp.
Definition of_Q {F : OrderedField} (q : Q) : F := mul (of_Z (Qnum q)) (inv (of_Z (Zpos (Qden q)))).

(** [n / d] in lowest terms, for [d > 0]. *)
Definition lowest (n : Z) (d : positive) : Q :=
  let g := Z.gcd n (Zpos d) in Qmake (n / g) (Z.to_pos (Zpos d / g)).

Definition q_add (a b : Q) : Q :=
  lowest (Qnum a * Zpos (Qden b) + Qnum b * Zpos (Qden a)) (Qden a * Qden b).
Definition q_mul (a b : Q) : Q := lowest (Qnum a * Qnum b) (Qden a * Qden b).
Definition q_opp (a : Q) : Q := Qmake (- Qnum a) (Qden a).
Definition q_relu (a : Q) : Q := if (0 <=? Qnum a)%Z then a else 0.
Definition q_is_zero (a : Q) : bool := (Qnum a =? 0)%Z.
Definition q_positive (a : Q) : bool := (0 <? Qnum a)%Z.
Definition q_nonneg (a : Q) : bool := (0 <=? Qnum a)%Z.
Definition q_nonpos (a : Q) : bool := (Qnum a <=? 0)%Z.

Section Meaning.
Variable F : OrderedField.
Local Open Scope field_scope.
Local Notation Z_ := (@of_Z F).
Local Notation Q_ := (@of_Q F).
Add Ring F_ring : (field_ring F).

Lemma Z_morphism :
  ring_morph 0 1 add mul sub opp eq 0%Z 1%Z Z.add Z.mul Z.sub Z.opp Zeq_bool Z_.
Proof. apply gen_phiZ_morph; [apply Eqsth | apply Eq_ext | apply (field_ring F)]. Qed.

Lemma of_Z_add a b : Z_ (a + b) = Z_ a + Z_ b. Proof. apply (morph_add Z_morphism). Qed.
Lemma of_Z_mul a b : Z_ (a * b) = Z_ a * Z_ b. Proof. apply (morph_mul Z_morphism). Qed.
Lemma of_Z_opp a : Z_ (- a) = - Z_ a. Proof. apply (morph_opp Z_morphism). Qed.
Lemma of_Z_sub a b : Z_ (a - b) = Z_ a - Z_ b. Proof. apply (morph_sub Z_morphism). Qed.
Lemma of_Z_0 : Z_ 0 = 0. Proof. reflexivity. Qed.
Lemma of_Z_1 : Z_ 1 = 1. Proof. reflexivity. Qed.

Lemma of_Z_nonneg a : (0 <= a)%Z -> 0 <= Z_ a.
Proof. revert a. apply natlike_ind.
  - apply le_refl.
  - intros a _ H. unfold Z.succ. rewrite of_Z_add, of_Z_1.
    apply add_nonneg; auto. apply lt_le, one_pos. Qed.

Lemma of_Z_pos a : (0 < a)%Z -> 0 < Z_ a.
Proof. intro H. replace a with ((a - 1) + 1)%Z by lia. rewrite of_Z_add, of_Z_1.
  apply add_nonneg_pos; [|apply one_pos]. apply of_Z_nonneg. lia. Qed.

Lemma of_Z_le a b : (a <= b)%Z -> Z_ a <= Z_ b.
Proof. intro H. apply le_sub. rewrite <- of_Z_sub. apply of_Z_nonneg. lia. Qed.

Lemma of_Z_nonzero a : a <> 0%Z -> Z_ a <> 0.
Proof. intros H E. destruct (Z_lt_le_dec 0 a) as [P|P].
  - apply of_Z_pos in P. rewrite E in P. exact (lt_irrefl _ _ P).
  - assert (N : (0 < - a)%Z) by lia. apply of_Z_pos in N. rewrite of_Z_opp, E in N.
    replace (- 0 : F) with (0 : F) in N by ring. exact (lt_irrefl _ _ N). Qed.

Lemma denominator_nonzero (d : positive) : Z_ (Zpos d) <> 0.
Proof. apply of_Z_nonzero. discriminate. Qed.

(** [of_Q q] is the number that its denominator turns into its numerator. *)
Lemma of_Q_spec q (x : F) : x * Z_ (Zpos (Qden q)) = Z_ (Qnum q) <-> x = Q_ q.
Proof. unfold of_Q. set (d := Z_ (Zpos (Qden q))).
  assert (D : d * inv d = 1) by (apply inv_law, denominator_nonzero). split.
  - intros <-. replace (x * d * inv d) with (x * (d * inv d)) by ring. rewrite D. ring.
  - intros ->. replace (Z_ (Qnum q) * inv d * d) with (Z_ (Qnum q) * (d * inv d)) by ring.
    rewrite D. ring. Qed.

Lemma of_Q_times q : Q_ q * Z_ (Zpos (Qden q)) = Z_ (Qnum q).
Proof. now apply of_Q_spec. Qed.

Lemma cancel (c x y : F) : c <> 0 -> x * c = y * c -> x = y.
Proof. intros N E.
  assert (H : c * (x - y) = 0). { replace (c * (x - y)) with (x * c - y * c) by ring. rewrite E. ring. }
  apply product_zero in H; auto. replace x with (x - y + y) by ring. rewrite H. ring. Qed.

Lemma of_Q_lowest n d (x : F) : x * Z_ (Zpos d) = Z_ n -> Q_ (lowest n d) = x.
Proof. intro H. symmetry. apply of_Q_spec. unfold lowest. cbn [Qnum Qden].
  set (g := Z.gcd n (Zpos d)).
  assert (G : (0 < g)%Z).
  { assert (0 <= g)%Z by apply Z.gcd_nonneg. assert (g <> 0%Z); [|lia].
    intro E. apply Z.gcd_eq_0_r in E. discriminate. }
  destruct (Z.gcd_divide_l n (Zpos d)) as [a A]. destruct (Z.gcd_divide_r n (Zpos d)) as [b B].
  fold g in A, B.
  assert (An : (n / g = a)%Z) by (rewrite A; apply Z.div_mul; lia).
  assert (Bn : (Zpos d / g = b)%Z) by (rewrite B; apply Z.div_mul; lia).
  assert (0 < b)%Z by (assert (0 < Zpos d)%Z by lia; nia).
  rewrite An, Bn, Z2Pos.id by auto.
  apply (cancel (Z_ g)). { apply of_Z_nonzero. lia. }
  replace (x * Z_ b * Z_ g) with (x * (Z_ b * Z_ g)) by ring.
  rewrite <- !of_Z_mul, <- A, <- B. exact H. Qed.

Lemma of_Q_add a b : Q_ (q_add a b) = Q_ a + Q_ b.
Proof. apply of_Q_lowest. rewrite Pos2Z.inj_mul, of_Z_mul, of_Z_add, !of_Z_mul.
  rewrite <- (of_Q_times a), <- (of_Q_times b). ring. Qed.

Lemma of_Q_mul a b : Q_ (q_mul a b) = Q_ a * Q_ b.
Proof. apply of_Q_lowest. rewrite Pos2Z.inj_mul, !of_Z_mul.
  rewrite <- (of_Q_times a), <- (of_Q_times b). ring. Qed.

(** Coq's own product, which does not look for the lowest terms. *)
Lemma of_Q_product a b : Q_ (a * b) = Q_ a * Q_ b.
Proof. symmetry. apply of_Q_spec. unfold Qmult. cbn [Qnum Qden].
  rewrite Pos2Z.inj_mul, !of_Z_mul, <- (of_Q_times a), <- (of_Q_times b). ring. Qed.

Lemma of_Q_opp a : Q_ (q_opp a) = - Q_ a.
Proof. symmetry. apply of_Q_spec. unfold q_opp. cbn [Qnum Qden].
  rewrite of_Z_opp, <- (of_Q_times a). ring. Qed.

Lemma of_Q_same a b : Qeq_bool a b = true -> Q_ a = Q_ b.
Proof. intro H. apply Qeq_bool_iff in H. unfold Qeq in H. apply of_Q_spec.
  apply (cancel (Z_ (Zpos (Qden a)))). { apply denominator_nonzero. }
  replace (Q_ a * Z_ (Zpos (Qden b)) * Z_ (Zpos (Qden a)))
    with ((Q_ a * Z_ (Zpos (Qden a))) * Z_ (Zpos (Qden b))) by ring.
  now rewrite of_Q_times, <- !of_Z_mul, H. Qed.

Lemma of_Q_0 : Q_ 0 = 0. Proof. symmetry. apply of_Q_spec. simpl. ring. Qed.
Lemma of_Q_1 : Q_ 1 = 1. Proof. symmetry. apply of_Q_spec. simpl. ring. Qed.
Lemma of_Q_integer z : Q_ (inject_Z z) = Z_ z. Proof. symmetry. apply of_Q_spec. simpl. ring. Qed.

Lemma of_Q_zero a : q_is_zero a = true -> Q_ a = 0.
Proof. unfold q_is_zero, of_Q. rewrite Z.eqb_eq. intros ->. rewrite of_Z_0. ring. Qed.

Lemma of_Q_not_zero a : q_is_zero a = false -> Q_ a <> 0.
Proof. unfold q_is_zero. rewrite Z.eqb_neq. intros H E. apply (of_Z_nonzero _ H).
  rewrite <- of_Q_times, E. ring. Qed.

Lemma of_Q_nonneg a : q_nonneg a = true -> 0 <= Q_ a.
Proof. unfold q_nonneg. rewrite Z.leb_le. intro H. apply mul_nonneg. { now apply of_Z_nonneg. }
  apply lt_le, inv_pos, of_Z_pos. reflexivity. Qed.

Lemma of_Q_positive a : q_positive a = true -> 0 < Q_ a.
Proof. unfold q_positive. rewrite Z.ltb_lt. intro H. apply mul_pos. { now apply of_Z_pos. }
  apply inv_pos, of_Z_pos. reflexivity. Qed.

Lemma of_Q_nonpos a : q_nonpos a = true -> Q_ a <= 0.
Proof. intro H. apply le_sub. replace (0 - Q_ a) with (- Q_ a) by ring. rewrite <- of_Q_opp.
  apply of_Q_nonneg. unfold q_nonpos in H. unfold q_nonneg, q_opp. simpl.
  apply Z.leb_le in H. apply Z.leb_le. lia. Qed.

Lemma of_Q_relu a : Q_ (q_relu a) = relu (Q_ a).
Proof. unfold q_relu. destruct (0 <=? Qnum a)%Z eqn:E.
  - rewrite relu_of_nonneg; auto. now apply of_Q_nonneg.
  - rewrite of_Q_0, relu_of_nonpos; auto. apply of_Q_nonpos. unfold q_nonpos.
    apply Z.leb_gt in E. apply Z.leb_le. lia. Qed.

Lemma of_Q_different a b : Qeq_bool a b = false -> Q_ a <> Q_ b.
Proof. intros H E. assert (Z : Q_ (q_add a (q_opp b)) = 0).
  { rewrite of_Q_add, of_Q_opp, E. ring. }
  destruct (q_is_zero (q_add a (q_opp b))) eqn:G; [|now apply of_Q_not_zero in G].
  assert (Qnum a * Zpos (Qden b) - Qnum b * Zpos (Qden a) = 0)%Z.
  { pose proof (of_Q_times a) as A. pose proof (of_Q_times b) as B. rewrite E in A.
    destruct (Z.eq_dec (Qnum a * Zpos (Qden b) - Qnum b * Zpos (Qden a)) 0) as [D|D]; auto.
    exfalso. apply (of_Z_nonzero _ D). rewrite of_Z_sub, !of_Z_mul, <- A, <- B. ring. }
  assert (Qeq_bool a b = true); [|congruence]. apply Qeq_bool_iff. unfold Qeq. lia. Qed.

End Meaning.
