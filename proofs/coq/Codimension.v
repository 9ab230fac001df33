(** * A face has one codimension, so that faces are counted exactly

    Forms that are independent and 0 on a face are at most as many as its codimension: more of them
    could not all be constant along the directions in which the face is open. *)

From ExactRev Require Export Approach Regions.
Require Import Lia.

Lemma choose_points {A B} (P : A -> B -> Prop) (l : list A) : (forall a, In a l -> exists b, P a b) ->
  exists m, Forall2 P l m.
Proof. induction l as [|a l IH]; intro H; [exists []; constructor|].
  destruct IH as (m & M); [intros; apply H; now right|].
  destruct (H a (or_introl eq_refl)) as (b & B'). exists (b :: m). now constructor. Qed.

Section Directions.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation along_moved := (along_moved F).
Implicit Types (V : list F -> Prop) (d : list F) (f g : Forms.form).

(** A set of directions that holds, with two of them, the first plus any multiple of the second. *)
Definition linear_space V : Prop := forall d d' t, V d -> V d' -> V (moved d t d').

(** The directions of [V] give the forms any values. *)
Definition free_on V (gs : list Forms.form) : Prop := forall targets : list F,
  length targets = length gs ->
  exists d, V d /\ Forall2 (fun g t => value g (along d) = t) gs targets.

Lemma all_zero gs n d : Forall2 (fun g t => value g (along d) = t) gs (repeat 0 n) ->
  forall g, In g gs -> value g (along d) = 0.
Proof. revert gs. induction n as [|n IH]; simpl; intros gs H g I; inversion H; subst; [destruct I|].
  destruct I as [<-|I]; auto. eapply IH; eauto. Qed.

Lemma free_smaller V g gs : free_on V (g :: gs) -> free_on (fun d => V d /\ value g (along d) = 0) gs.
Proof. intros H ts L. destruct (H (0 :: ts)) as (d & D & E); [simpl; now rewrite L|].
  inversion E. subst. eauto. Qed.

Lemma kernel_linear V f : linear_space V -> linear_space (fun d => V d /\ value f (along d) = 0).
Proof. intros L d d' t [D E] [D' E']. split; [now apply L|]. rewrite along_moved, E, E'. ring. Qed.

(** Where one form more has to be 0, all forms but one are still free. *)
Lemma drop_one f gs : forall V, linear_space V -> free_on V gs -> gs <> [] ->
  exists gs', length gs = S (length gs') /\ incl gs' gs /\
    free_on (fun d => V d /\ value f (along d) = 0) gs'.
Proof.
  induction gs as [|g gs IH]; intros V L H N; [congruence|]. clear N.
  destruct (H (1 :: repeat 0 (length gs))) as (u & U & E); [simpl; now rewrite repeat_length|].
  inversion E as [|g0 t0 gs0 ts0 E1 E2]. subst. pose proof (all_zero _ _ _ E2) as Z. clear E E2.
  destruct (eq_or_neq F (value f (along u)) 0) as [K|K].
  - destruct gs as [|h gs].
    + exists []. split; [reflexivity|]. split; [intros ? []|]. intros [|t ts] Lt; [|discriminate].
      exists u. auto.
    + destruct (IH _ (kernel_linear V g L) (free_smaller V g _ H)) as (gs' & L' & I' & H');
        [discriminate|].
      exists (g :: gs'). split; [simpl in *; now rewrite L'|]. split.
      { intros q [<-|Q]; [now left|right; now apply I']. }
      intros [|t ts] Lt; [discriminate|]. destruct (H' ts) as (d & [[D1 D2] D3] & D4); [simpl in *; lia|].
      exists (moved d t u). split; [split; [now apply L|rewrite along_moved, D3, K; ring]|].
      constructor; [rewrite along_moved, D2, E1; ring|].
      clear -D4 Z I'. assert (I2 : forall q, In q gs' -> value q (along u) = 0) by auto. clear I'.
      induction D4 as [|q s l m Q _ IH]; constructor.
      * rewrite along_moved, Q, (I2 q (or_introl eq_refl)). ring.
      * apply IH. intros r R. apply I2. now right.
  - exists gs. split; [reflexivity|]. split; [intros q Q; now right|]. intros ts Lt.
    destruct (H (0 :: ts)) as (d & D & E); [simpl; now rewrite Lt|].
    inversion E as [|g0 t0 gs0 ts0 _ E2]. subst.
    set (c := - (value f (along d) * inv (value f (along u)))). exists (moved d c u).
    split; [split; [now apply L|]|].
    + rewrite along_moved. unfold c.
      replace (value f (along d) + - (value f (along d) * inv (value f (along u))) * value f (along u))
        with (value f (along d) - value f (along d) * (value f (along u) * inv (value f (along u)))) by ring.
      rewrite inv_law by auto. ring.
    + clear -E2 Z. induction E2 as [|q s l m Q _ IH]; constructor.
      * rewrite along_moved, Q, (Z q (or_introl eq_refl)). ring.
      * apply IH. intros r R. apply Z. now right. Qed.

(** So fewer forms than the free ones leave a direction along which one of those is not 0. *)
Lemma outnumbered fs : forall gs V, linear_space V -> free_on V gs -> (length fs < length gs)%nat ->
  exists d g, V d /\ (forall f, In f fs -> value f (along d) = 0) /\ In g gs /\ value g (along d) <> 0.
Proof.
  induction fs as [|f fs IH]; intros gs V L H N.
  - destruct gs as [|g gs]; [simpl in N; lia|].
    destruct (H (1 :: repeat 0 (length gs))) as (u & U & E); [simpl; now rewrite repeat_length|].
    inversion E. subst. exists u, g. split; auto. split; [intros ? []|]. split; [now left|].
    rewrite H3. apply one_is_not_zero.
  - destruct (drop_one f gs V L H) as (gs' & L' & I' & H'); [intros ->; simpl in N; lia|].
    destruct (IH gs' _ (kernel_linear V f L) H') as (d & g & [D1 D2] & D3 & D4 & D5); [simpl in N; lia|].
    exists d, g. split; auto. split; [|auto]. intros q [<-|Q]; auto. Qed.

End Directions.

Section Faces.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Variables (ctx : setting) (net : network) (domain : list Forms.form).

Local Notation in_domain := (in_domain F domain).
Local Notation same_signs := (same_signs F net).
Local Notation face_of := (face_of F net domain).
Local Notation codimension := (codimension F net domain).
Local Notation deep := (deep F ctx net domain).

Lemma same_signs_refl p : same_signs p p.
Proof. intros k r s _. tauto. Qed.

Lemma same_signs_trans p q x : same_signs p q -> same_signs q x -> same_signs p x.
Proof. intros A B k r s K. rewrite (A k r s K). eauto. Qed.

Theorem at_most_codimension i p (gs : list Forms.form) : in_domain p -> codimension i p ->
  independent F gs -> (forall x g, face_of p x -> In g gs -> value g (at_point x) = 0) ->
  (N.of_nat (length gs) <= i)%N.
Proof.
  intros D (fs & Len & _ & Zero & Open) Ind V. destruct (N.leb_spec (N.of_nat (length gs)) i) as [|N]; auto.
  exfalso. destruct (outnumbered F fs gs (fun _ => True)) as (d & g & _ & D1 & D2 & D3).
  - intros ? ? ? _ _. exact I.
  - intros ts L. destruct (Ind ts L) as (d & E). eauto.
  - lia.
  - assert (P : face_of p p) by (split; [exact D|apply same_signs_refl]).
    destruct (Open p d P D1) as (e & E & M). specialize (M e). apply D3.
    apply (product_zero F e); [|now apply pos_nonzero].
    replace (e * value g (along d)) with (value g (at_point p) + e * value g (along d)).
    + rewrite <- at_moved. apply V; auto. apply M. split; [apply le_refl|]. apply lt_le in E.
      apply (le_trans F _ 0); auto. apply le_sub. now replace (0 - - e) with e by ring.
    + rewrite (V p g P D2). ring. Qed.

(** A face has only one codimension, and is not deep if that is at most the depth. *)
Theorem codimension_unique i j p : in_domain p -> codimension i p -> codimension j p -> i = j.
Proof.
  intros D Hi Hj. pose proof Hi as (fs & Li & Ii & Zi & _). pose proof Hj as (gs & Lj & Ij & Zj & _).
  pose proof (at_most_codimension i p gs D Hi Ij Zj). pose proof (at_most_codimension j p fs D Hj Ii Zi).
  lia. Qed.

Theorem not_deep i p : in_domain p -> codimension i p -> (i <= depth ctx)%N -> ~ deep p.
Proof. intros D H L (gs & Lg & Ig & Zg). pose proof (at_most_codimension i p gs D H Ig Zg). lia. Qed.

(** All points of a face have its codimension. *)
Lemma codimension_same i p q : same_signs p q -> codimension i p -> codimension i q.
Proof. intros S (fs & L & Ind & Z & O).
  assert (T : forall x, face_of q x -> face_of p x).
  { intros x [D X]. split; auto. eapply same_signs_trans; eauto. }
  assert (B : forall x, face_of p x -> face_of q x).
  { intros x [D X]. split; auto. eapply same_signs_trans; [|exact X].
    intros k r s K. symmetry. eauto. }
  exists fs. split; auto. split; auto. split; auto.
  intros x d X V. destruct (O x d (T x X) V) as (e & E & M). eauto. Qed.

(** A list of faces of codimension [i], by a point of each: different ones, and all of them. *)
Definition all_faces (i : N) (ps : list (list F)) : Prop :=
  (forall p, In p ps -> in_domain p /\ codimension i p) /\
  ForallOrdPairs (fun p q => ~ same_signs p q) ps /\
  forall p, in_domain p -> codimension i p -> exists q, In q ps /\ same_signs q p.

Lemma filtered_pairs {X} (R : X -> X -> Prop) (keep : X -> bool) l :
  ForallOrdPairs R l -> ForallOrdPairs R (filter keep l).
Proof. induction 1 as [|a l A _ IH]; simpl; [constructor|]. destruct (keep a); auto. constructor; auto.
  apply Forall_forall. intros b B. apply filter_In in B as [B _]. rewrite Forall_forall in A. auto. Qed.

Lemma mapped_pairs {X Y} (R : Y -> Y -> Prop) (f : X -> Y) l :
  ForallOrdPairs (fun a b => R (f a) (f b)) l -> ForallOrdPairs R (map f l).
Proof. induction 1 as [|a l A _ IH]; simpl; constructor; auto. rewrite Forall_map. exact A. Qed.

(** The faces found with a codimension up to the depth are all faces of this codimension. *)
Lemma found_are_all (found : list (N * list F)) :
  (forall f, In f found -> in_domain (snd f) /\ codimension (fst f) (snd f)) ->
  ForallOrdPairs (fun f g => ~ same_signs (snd f) (snd g)) found ->
  (forall x, in_domain x -> (exists f, In f found /\ same_signs (snd f) x) \/ deep x) ->
  forall i, (i <= depth ctx)%N ->
  all_faces i (map snd (filter (fun f => N.eqb (fst f) i) found)).
Proof.
  intros Fa Di Co i L. split; [|split].
  - intros p P. apply in_map_iff in P as (f & <- & P). apply filter_In in P as [P E].
    apply N.eqb_eq in E. subst i. auto.
  - apply mapped_pairs, filtered_pairs, Di.
  - intros p D C. destruct (Co p D) as [(f & If & S)|Dp]; [|now apply (not_deep i p D C L) in Dp].
    exists (snd f). split; auto. apply in_map, filter_In. split; auto. apply N.eqb_eq.
    destruct (Fa f If) as [Df Cf]. apply (codimension_unique _ _ (snd f) Df Cf).
    apply (codimension_same i p); auto. now apply same_signs_sym. Qed.

(** What is counted without an open leaf are exactly the faces of each codimension. *)
Theorem counted_exactly ns : faces_counted F net domain ctx ns 0 ->
  forall i, (i <= depth ctx)%N -> exists ps,
    nth_error ns (N.to_nat i) = Some (N.of_nat (length ps)) /\ all_faces i ps.
Proof.
  intros (found & Fa & Di & _ & Ns & Co) i L.
  exists (map snd (filter (fun f => N.eqb (fst f) i) found)). split.
  - rewrite map_length. apply Ns. exact L.
  - apply found_are_all; auto. Qed.

End Faces.

Arguments all_faces {F} _ _ _ _.
