(** * Affine forms with integer coefficients (format, section 9)

    A form is a list of integers: its constant, then its coefficients.  It is evaluated at a vector
    [y], which is 1 and then the coordinates of a point, or 0 and then those of a direction. *)

From ExactRev Require Export Rational.
Require Import Lia.

Definition form := list Z.

Fixpoint entry (j : N) (f : form) : Z :=
  match f with [] => 0%Z | a :: f => if N.eqb j 0 then a else entry (N.pred j) f end.

Fixpoint times (c : Z) (f : form) : form :=
  match f with [] => [] | a :: f => (c * a)%Z :: times c f end.

(** [c f + g] *)
Fixpoint add_times (c : Z) (f g : form) : form :=
  match f, g with
  | [], _ => g
  | _, [] => times c f
  | a :: f, b :: g => (c * a + b)%Z :: add_times c f g
  end.

Definition is_zero (f : form) : bool := forallb (fun a => Z.eqb a 0) f.

Fixpoint same_form (f g : form) : bool :=
  match f, g with
  | [], _ => is_zero g
  | _, [] => is_zero f
  | a :: f, b :: g => Z.eqb a b && same_form f g
  end.

(** [f / d], if that is a form. *)
Definition divided (d : Z) (f : form) : option form :=
  let g := map (fun a => Z.div a d) f in
  if negb (Z.eqb d 0) && same_form (times d g) f then Some g else None.

(** The sum of the absolute values. *)
Definition total (f : form) : Z := fold_right (fun a s => (Z.abs a + s)%Z) 0%Z f.

Section Values.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation Z_ := (@of_Z F).

Definition vector := N -> F.

Fixpoint value_from (i : N) (f : form) (y : vector) : F :=
  match f with [] => 0 | a :: f => Z_ a * y i + value_from (N.succ i) f y end.

Definition value (f : form) (y : vector) : F := value_from 0 f y.

Lemma value_times_from c f y : forall i, value_from i (times c f) y = Z_ c * value_from i f y.
Proof. induction f as [|a f IH]; intro i; simpl; [|rewrite IH, of_Z_mul]; ring. Qed.

Lemma value_times c f y : value (times c f) y = Z_ c * value f y.
Proof. apply value_times_from. Qed.

Lemma value_add_times_from c f y : forall g i,
  value_from i (add_times c f g) y = Z_ c * value_from i f y + value_from i g y.
Proof. induction f as [|a f IH]; intros [|b g] i; cbn [add_times value_from].
  - ring. - ring.
  - change ((c * a)%Z :: times c f) with (times c (a :: f)).
    fold (times c f). rewrite value_times_from. cbn [value_from]. ring.
  - rewrite IH, of_Z_add, of_Z_mul. ring. Qed.

Lemma value_add_times c f g y : value (add_times c f g) y = Z_ c * value f y + value g y.
Proof. apply value_add_times_from. Qed.

Lemma value_is_zero_from f y : is_zero f = true -> forall i, value_from i f y = 0.
Proof. induction f as [|a f IH]; simpl; intros H i; auto.
  apply andb_true_iff in H as [A H]. apply Z.eqb_eq in A. subst a.
  rewrite IH, of_Z_0 by auto. ring. Qed.

Lemma value_is_zero f y : is_zero f = true -> value f y = 0.
Proof. intro H. now apply value_is_zero_from. Qed.

Lemma value_same_from f y : forall g i, same_form f g = true -> value_from i f y = value_from i g y.
Proof. induction f as [|a f IH]; intros [|b g] i H; auto.
  - symmetry. now apply value_is_zero_from.
  - now apply value_is_zero_from.
  - simpl in *. apply andb_true_iff in H as [A H]. apply Z.eqb_eq in A. subst. now rewrite (IH g). Qed.

Lemma value_same f g y : same_form f g = true -> value f y = value g y.
Proof. apply value_same_from. Qed.

Lemma divided_value d f g y : divided d f = Some g -> d <> 0%Z /\ value f y = Z_ d * value g y.
Proof. unfold divided. destruct (_ && _) eqn:E; [|discriminate]. intro H. inversion H. subst.
  apply andb_true_iff in E as [D E]. apply negb_true_iff, Z.eqb_neq in D. split; auto.
  rewrite <- value_times. symmetry. now apply value_same. Qed.

Lemma entry_add_times c f : forall g j, entry j (add_times c f g) = (c * entry j f + entry j g)%Z.
Proof.
  assert (T : forall f j, entry j (times c f) = (c * entry j f)%Z).
  { induction f0 as [|a f0 IH]; intro j; simpl; [lia|]. destruct (N.eqb j 0); auto. }
  induction f as [|a f IH]; intros [|b g] j.
  - simpl. lia.
  - simpl (entry j []). cbn [add_times]. lia.
  - change (add_times c (a :: f) []) with (times c (a :: f)). rewrite T. simpl (entry j []). lia.
  - simpl. destruct (N.eqb j 0); auto. Qed.

(** The vector [y] with another value at [p]. *)
Definition put (y : vector) (p : N) (v : F) : vector := fun k => if N.eqb k p then v else y k.

Lemma value_put_from f y v : forall i p, (i <= p)%N ->
  value_from i f (put y p v) = value_from i f y + Z_ (entry (p - i) f) * (v - y p).
Proof.
  assert (Same : forall f i p, (p < i)%N -> value_from i f (put y p v) = value_from i f y).
  { induction f0 as [|a f0 IH]; intros i p H; simpl; auto. rewrite IH by lia. unfold put.
    rewrite (proj2 (N.eqb_neq i p)) by lia. reflexivity. }
  induction f as [|a f IH]; intros i p H.
  - cbn [value_from entry]. rewrite of_Z_0. ring.
  - simpl. unfold put at 1. destruct (N.eqb_spec i p) as [->|D].
    + rewrite N.sub_diag. simpl. rewrite Same by lia. ring.
    + rewrite IH by lia. rewrite (proj2 (N.eqb_neq (p - i) 0)) by lia.
      replace (N.pred (p - i)) with (p - N.succ i)%N by lia. ring. Qed.

Lemma value_put f y p v : value f (put y p v) = value f y + Z_ (entry p f) * (v - y p).
Proof. unfold value. rewrite value_put_from by lia. now rewrite N.sub_0_r. Qed.

Lemma value_agree_from f y y' : (forall k, y k = y' k) -> forall i, value_from i f y = value_from i f y'.
Proof. intro H. induction f as [|a f IH]; intro i; simpl; auto. now rewrite H, IH. Qed.

Lemma value_agree f y y' : (forall k, y k = y' k) -> value f y = value f y'.
Proof. intro H. now apply value_agree_from. Qed.

Lemma value_linear f y d t : value f (fun k => y k + t * d k) = value f y + t * value f d.
Proof. unfold value. generalize 0%N as i. induction f as [|a f IH]; intro i; simpl; [ring|].
  rewrite IH. ring. Qed.

Lemma value_null f : value f (fun _ => 0) = 0.
Proof. unfold value. generalize 0%N as i. induction f as [|a f IH]; intro i; simpl; auto.
  rewrite IH. ring. Qed.

(** ** Bounds: [within x b] is |x| <= b *)

Definition within (x b : F) : Prop := x <= b /\ - x <= b.

Lemma within_nonneg x b : within x b -> 0 <= b.
Proof. intros [H G]. destruct (le_total F 0 x) as [P|P].
  - now apply (le_trans F _ x).
  - apply (le_trans F _ (- x)); auto. now apply opp_nonneg. Qed.

Lemma within_add x b y c : within x b -> within y c -> within (x + y) (b + c).
Proof. intros [H1 H2] [G1 G2]. apply le_sub in H1, H2, G1, G2. split; apply le_sub.
  - replace (b + c - (x + y)) with ((b - x) + (c - y)) by ring.
    now apply add_nonneg.
  - replace (b + c - - (x + y)) with ((b - - x) + (c - - y)) by ring.
    now apply add_nonneg. Qed.

Lemma within_opp x b : within x b -> within (- x) b.
Proof. intros [H G]. split; auto. now replace (- - x) with x by ring. Qed.

Lemma within_scale c x b : 0 <= c -> within x b -> within (c * x) (c * b).
Proof. intros C [H G]. apply le_sub in H, G. split; apply le_sub.
  - replace (c * b - c * x) with (c * (b - x)) by ring. now apply mul_nonneg.
  - replace (c * b - - (c * x)) with (c * (b - - x)) by ring. now apply mul_nonneg. Qed.

Lemma within_integer a x b : within x b -> within (Z_ a * x) (Z_ (Z.abs a) * b).
Proof. intro H. destruct (Z.abs_spec a) as [[P ->]|[P ->]].
  - apply within_scale; auto. now apply of_Z_nonneg.
  - rewrite of_Z_opp. replace (Z_ a * x) with (- Z_ a * - x) by ring. rewrite <- of_Z_opp.
    apply within_scale; [apply of_Z_nonneg; lia|]. now apply within_opp. Qed.

Lemma within_zero b : 0 <= b -> within 0 b.
Proof. intro H. split; auto. now replace (- 0) with (0 : F) by ring. Qed.

Lemma within_cancel c x b : 0 < c -> within (c * x) (c * b) -> within x b.
Proof. intros C [H G]. apply le_sub in H, G. split; apply le_sub.
  - apply (mul_cancel_nonneg F c); auto. now replace (c * (b - x)) with (c * b - c * x) by ring.
  - apply (mul_cancel_nonneg F c); auto. now replace (c * (b - - x)) with (c * b - - (c * x)) by ring.
Qed.

Lemma within_le x b c : within x b -> b <= c -> within x c.
Proof. intros [H G] L. split; eapply le_trans; eauto. Qed.

Lemma total_nonneg f : (0 <= total f)%Z.
Proof. induction f as [|a f IH]; simpl; lia. Qed.

(** A linear form is at most its total times a bound of the coordinates it reads. *)
Lemma value_within f y b : forall i,
  (forall k, (i <= k < i + N.of_nat (length f))%N -> within (y k) b) -> 0 <= b ->
  within (value_from i f y) (Z_ (total f) * b).
Proof.
  induction f as [|a f IH]; intros i H B.
  - replace (Z_ (total []) * b) with (0 : F) by (cbn [total fold_right]; rewrite of_Z_0; ring).
    apply within_zero, le_refl.
  - simpl. fold (total f). rewrite of_Z_add.
    replace ((Z_ (Z.abs a) + Z_ (total f)) * b) with (Z_ (Z.abs a) * b + Z_ (total f) * b) by ring.
    apply within_add.
    + apply within_integer, H. simpl length. lia.
    + apply IH; auto. intros k K. apply H. simpl length. lia. Qed.

End Values.
Arguments value {F} _ _. Arguments value_from {F} _ _ _. Arguments within {F} _ _.
Arguments put {F} _ _ _.
