(** * Walls: independent forms in echelon form

    A span holds forms and their pivots, the last added first.  Each form is 0 at the pivots of those
    added before it and not 0 at its own, which is no constant's place. *)

From ExactRev Require Export Forms.
Require Import Lia.

Definition span := list (N * form).

(** A nonzero multiple of [f] plus one of the span's forms, 0 at every pivot. *)
Fixpoint reduced (s : span) (f : form) : form :=
  match s with
  | [] => f
  | (p, e) :: s =>
      let g := reduced s f in
      let a := entry p g in
      if Z.eqb a 0 then g else add_times (- a) e (times (entry p e) g)
  end.

Fixpoint first_nonzero (j : N) (f : form) : option N :=
  match f with
  | [] => None
  | a :: f => if Z.eqb a 0 then first_nonzero (N.succ j) f else Some j
  end.

Definition content (f : form) : Z := fold_right Z.gcd 0%Z f.

(** The span with one form more, whose linear part must not be in the span of the others'. *)
Definition push (s : span) (f : form) : option span :=
  let g := reduced s f in
  match divided (content g) g with
  | Some e =>
      match first_nonzero 1 (tl e) with
      | Some p =>
          if negb (N.eqb p 0) && negb (Z.eqb (entry p e) 0) &&
             forallb (fun q => Z.eqb (entry (fst q) e) 0) s
          then Some ((p, e) :: s) else None
      | None => None
      end
  | None => None
  end.

Fixpoint echelon (s : span) : Prop :=
  match s with
  | [] => True
  | (p, e) :: s =>
      p <> 0%N /\ entry p e <> 0%Z /\ (forall q, In q s -> entry (fst q) e = 0%Z) /\ echelon s
  end.

Section Soundness.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation Z_ := (@of_Z F).
Implicit Types y : vector F.

(** All forms of the span are 0 at [y]. *)
Definition vanish (s : span) y : Prop := forall q, In q s -> value (snd q) y = 0.

Lemma entry_times c f j : entry j (times c f) = (c * entry j f)%Z.
Proof. revert j. induction f as [|a f IH]; intro j; simpl; [lia|].
  destruct (N.eqb j 0); auto. Qed.

Lemma reduced_pivots s f : echelon s -> forall q, In q s -> entry (fst q) (reduced s f) = 0%Z.
Proof.
  induction s as [|[p e] s IH]; simpl; intros V q H; [tauto|].
  destruct V as (P & E & O & V). destruct (Z.eqb_spec (entry p (reduced s f)) 0) as [D|D].
  - destruct H as [<-|H]; auto.
  - rewrite entry_add_times, entry_times. destruct H as [<-|H]; simpl; [lia|].
    rewrite (O q H), (IH V q H). lia. Qed.

Lemma reduced_value s f : echelon s ->
  exists a, a <> 0%Z /\ forall y, vanish s y -> value (reduced s f) y = Z_ a * value f y.
Proof.
  induction s as [|[p e] s IH]; intro V.
  - exists 1%Z. split; [discriminate|]. intros y _. simpl reduced. rewrite of_Z_1. ring.
  - destruct V as (P & E & O & V). destruct (IH V) as (a & A & H). cbn [reduced].
    assert (W : forall y, vanish ((p, e) :: s) y -> value e y = 0 /\ vanish s y).
    { intros y W. split; [exact (W (p, e) (or_introl eq_refl))|].
      intros q Q. apply W. now right. }
    destruct (Z.eqb (entry p (reduced s f)) 0).
    + exists a. split; auto. intros y Y. apply H, W, Y.
    + exists (entry p e * a)%Z. split; [lia|]. intros y Y. apply W in Y as [Y1 Y2].
      rewrite value_add_times, value_times, (H y Y2), Y1, of_Z_mul. ring. Qed.

Lemma push_spec s f s' : echelon s -> push s f = Some s' ->
  echelon s' /\ length s' = S (length s) /\
  forall y, vanish s' y <-> vanish s y /\ value f y = 0.
Proof.
  unfold push. intros V H. destruct (divided _ _) as [e|] eqn:D; [|discriminate].
  destruct (first_nonzero _ _) as [p|]; [|discriminate]. destruct (_ && _) eqn:C; [|discriminate].
  inversion H. subst s'. rewrite !andb_true_iff, !negb_true_iff in C. destruct C as [[P E] O].
  apply N.eqb_neq in P. apply Z.eqb_neq in E. rewrite forallb_forall in O.
  destruct (reduced_value s f V) as (a & A & R). split; [|split].
  - simpl. repeat split; auto. intros q Q. now apply Z.eqb_eq, O.
  - reflexivity.
  - intro y. pose proof (divided_value F _ _ _ y D) as [C G]. split.
    + intro W. assert (Y : vanish s y) by (intros q Q; apply W; now right). split; auto.
      rewrite (R y Y), (W (p, e) (or_introl eq_refl) : value e y = 0) in G.
      apply (product_zero F (Z_ a)); [|now apply of_Z_nonzero]. rewrite G. ring.
    + intros [Y Z] q [<-|Q]; auto. cbn [snd]. rewrite (R y Y), Z in G.
      apply (product_zero F (Z_ (content (reduced s f)))); [|now apply of_Z_nonzero].
      rewrite <- G. ring. Qed.

(** ** Echelon forms can be given any values *)

Lemma value_support f y z : (forall k, entry k f <> 0%Z -> y k = z k) -> value f y = value f z.
Proof.
  intro H. unfold value. enough (G : forall i, (forall k, entry k f <> 0%Z -> y (i + k)%N = z (i + k)%N) ->
    value_from i f y = value_from i f z) by (apply G; intro k; now apply H).
  clear H. induction f as [|a f IH]; intros i H; simpl; auto. f_equal.
  - destruct (Z.eq_dec a 0) as [->|N]; [rewrite of_Z_0; ring|].
    specialize (H 0%N N). rewrite N.add_0_r in H. now rewrite H.
  - apply IH. intros k K. specialize (H (N.succ k)). simpl in H.
    rewrite (proj2 (N.eqb_neq (N.succ k) 0)), N.pred_succ in H by lia.
    replace (N.succ i + k)%N with (i + N.succ k)%N by lia. auto. Qed.

Definition no_pivot (s : span) (k : N) : Prop := forall q, In q s -> fst q <> k.

Lemma solved s : echelon s -> forall (targets : list F) y, length targets = length s ->
  exists z, (forall k, no_pivot s k -> z k = y k) /\
    Forall2 (fun q t => value (snd q) z = t) s targets.
Proof.
  induction s as [|[p e] s IH]; simpl; intros V [|t ts] y L; try discriminate.
  - exists y. split; auto.
  - destruct V as (P & E & O & V). pose proof (of_Z_nonzero F _ E) as N.
    set (v := y p + (t - value e y) * inv (Z_ (entry p e))).
    destruct (IH V ts (put y p v) (eq_add_S _ _ L)) as (z & A & S). exists z. split.
    + intros k K. rewrite A.
      * unfold put. destruct (N.eqb_spec k p) as [->|D]; auto.
        exfalso. apply (K (p, e)); simpl; auto.
      * intros q Q. apply K. now right.
    + constructor; auto. cbn [snd]. rewrite (value_support e z (put y p v)).
      * rewrite value_put. unfold v.
        replace (Z_ (entry p e) * (y p + (t - value e y) * inv (Z_ (entry p e)) - y p))
          with ((t - value e y) * (Z_ (entry p e) * inv (Z_ (entry p e)))) by ring.
        rewrite inv_law by auto. ring.
      * intros k K. apply A. intros q Q D. subst k. now apply K, O. Qed.

Lemma pivots_bounded s : exists m : N, forall k, (m <= k)%N -> no_pivot s k.
Proof. induction s as [|[p e] s (m & H)].
  - exists 0%N. intros k _ q [].
  - exists (N.max m (N.succ p)). intros k K q [<-|Q]; [simpl; lia|]. apply H; auto. lia. Qed.

(** ** Points, directions and independence *)

(** 1, then the coordinates of a point. *)
Definition at_point (x : list F) : vector F :=
  fun k => if N.eqb k 0 then 1 else nth (N.to_nat (N.pred k)) x 0.

(** 0, then the coordinates of a direction. *)
Definition along (d : list F) : vector F :=
  fun k => if N.eqb k 0 then 0 else nth (N.to_nat (N.pred k)) d 0.

(** The point [x + t d]; coordinates that are missing are 0. *)
Fixpoint moved (x : list F) (t : F) (d : list F) : list F :=
  match x, d with
  | _, [] => x
  | [], b :: d => t * b :: moved [] t d
  | a :: x, b :: d => (a + t * b) :: moved x t d
  end.

Lemma moved_nth x t d : forall i, nth i (moved x t d) 0 = nth i x 0 + t * nth i d 0.
Proof.
  assert (E : forall d i, nth i (moved [] t d) 0 = t * nth i d 0).
  { induction d0 as [|b d0 IH]; intros [|i]; simpl; try ring; auto. }
  revert d. induction x as [|a x IH]; intros d i.
  - rewrite E. destruct i; simpl; ring.
  - destruct d as [|b d], i as [|i]; simpl; try ring; auto. Qed.

Lemma at_moved f x t d : value f (at_point (moved x t d)) = value f (at_point x) + t * value f (along d).
Proof. rewrite <- value_linear. apply value_agree. intro k. unfold at_point, along.
  destruct (N.eqb k 0); [ring|]. apply moved_nth. Qed.

Lemma as_direction y m : y 0%N = 0 -> (forall k, (m <= k)%N -> y k = 0) ->
  exists d, forall k, along d k = y k.
Proof.
  intros Z H. exists (map (fun i => y (N.of_nat (S i))) (seq 0 (N.to_nat m))). intro k. unfold along.
  destruct (N.eqb_spec k 0) as [->|N]; auto. destruct (N.lt_ge_cases (N.pred k) m) as [L|L].
  - rewrite nth_indep with (d' := y (N.of_nat (S 0))) by (rewrite map_length, seq_length; lia).
    rewrite (map_nth (fun i => y (N.of_nat (S i)))), seq_nth by lia. f_equal. lia.
  - rewrite nth_overflow by (rewrite map_length, seq_length; lia). symmetry. apply H. lia. Qed.

(** Forms are independent if directions can give their linear parts any values. *)
Definition independent (fs : list form) : Prop :=
  forall targets : list F, length targets = length fs ->
  exists d, Forall2 (fun f t => value f (along d) = t) fs targets.

Lemma echelon_independent s : echelon s -> independent (map snd s).
Proof.
  intros V ts L. rewrite map_length in L.
  destruct (solved s V ts (fun _ => 0) L) as (z & A & S). destruct (pivots_bounded s) as (m & M).
  assert (P : no_pivot s 0%N).
  { clear -V. intros q Q. induction s as [|[p e] s IH]; simpl in *; [tauto|].
    destruct Q as [<-|Q]; [tauto|]. apply IH; tauto. }
  destruct (as_direction z m) as (d & D); [now rewrite A | intros; now rewrite A; auto |].
  exists d. clear -S D. induction S; simpl; constructor; auto. rewrite <- H.
  apply value_agree. auto. Qed.

(** A form that is not 0 wherever the span vanishes takes a nonzero value in a direction of the
    walls, or is a nonzero constant there. *)
Lemma escape s f : echelon s -> is_zero (reduced s f) = false ->
  (exists d, vanish s (along d) /\ value f (along d) <> 0) \/
  (forall x, vanish s (at_point x) -> value f (at_point x) <> 0).
Proof.
  intros V H. pose proof (reduced_pivots s f V) as Piv.
  destruct (reduced_value s f V) as (a & A & R). set (r := reduced s f) in *.
  destruct (first_nonzero 1 (tl r)) as [j|] eqn:J.
  - left. assert (E : j <> 0%N /\ entry j r <> 0%Z).
    { assert (G : forall g i j, first_nonzero i g = Some j -> (i <= j)%N /\ entry (j - i) g <> 0%Z).
      { clear. induction g as [|b g IH]; simpl; intros i j H; [discriminate|].
        destruct (Z.eqb_spec b 0) as [E|E].
        - apply IH in H as [L H]. split; [lia|]. rewrite (proj2 (N.eqb_neq (j - i) 0)) by lia.
          now replace (N.pred (j - i)) with (j - N.succ i)%N by lia.
        - inversion H. subst. split; [lia|]. now rewrite N.sub_diag. }
      apply G in J as [L J]. split; [lia|]. destruct r as [|b r]; simpl in J; [tauto|].
      simpl. rewrite (proj2 (N.eqb_neq j 0)) by lia. now replace (N.pred j) with (j - 1)%N by lia. }
    destruct E as [J0 E].
    destruct (solved s V (repeat 0 (length s)) (put (fun _ => 0) j 1) (repeat_length _ _))
      as (z & Z & S).
    destruct (pivots_bounded s) as (m & M).
    assert (P0 : no_pivot s 0%N).
    { clear -V. intros q Q. induction s as [|[p e] s IH]; simpl in *; [tauto|].
      destruct Q as [<-|Q]; [tauto|]. apply IH; tauto. }
    destruct (as_direction z (N.max m (N.succ j))) as (d & D).
    + rewrite Z by auto. unfold put. now rewrite (proj2 (N.eqb_neq 0 j)) by auto.
    + intros k K. rewrite Z by (apply M; lia). unfold put.
      now rewrite (proj2 (N.eqb_neq k j)) by lia.
    + exists d. assert (W : vanish s (along d)).
      { clear -S D. intros q Q. rewrite (value_agree F _ _ z D). remember (repeat 0 (length s)) as ts.
        assert (T : forall t, In t ts -> t = 0) by (subst; intros t I; now apply repeat_spec in I).
        clear Heqts. induction S; simpl in *; [tauto|]. destruct Q as [<-|Q]; auto. }
      split; auto. intro N. apply (of_Z_nonzero F _ E).
      assert (G : value r (along d) = Z_ (entry j r)).
      { rewrite (value_agree F _ _ z D), (value_support r z (put (fun _ => 0) j 1)).
        - rewrite value_put, value_null. ring.
        - intros k K. apply Z. intros q Q B. subst k. now apply K, Piv. }
      rewrite <- G, (R _ W), N. ring.
  - right. intros x W N. assert (C : forall g i, first_nonzero i g = None -> is_zero g = true).
    { clear. induction g as [|b g IH]; simpl; intros i H; auto.
      destruct (Z.eqb b 0); [|discriminate]. simpl. eauto. }
    apply C in J. destruct r as [|b r]; simpl in H, J; [discriminate|]. rewrite J in H.
    rewrite andb_true_r in H. apply Z.eqb_neq in H. apply (of_Z_nonzero F _ H).
    pose proof (R _ W) as G. rewrite N in G. unfold value in G. cbn [value_from] in G.
    rewrite (value_is_zero_from F r _ J) in G. unfold at_point in G. simpl in G.
    replace (Z_ b) with (Z_ b * 1 + 0) by ring. rewrite G. ring. Qed.

End Soundness.
Arguments vanish {F} _ _. Arguments at_point {F} _ _. Arguments along {F} _ _.
Arguments moved {F} _ _ _.
