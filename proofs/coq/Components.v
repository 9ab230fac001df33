(** * Components of a graph

    The nodes are numbers.  A forest joins those that edges connect: each node but the roots has a
    parent.  Two nodes are connected if and only if they lead to the same root. *)

From ExactRev Require Export Cell.
Require Import Lia.

Definition forest := NumberMap.t N.

(** The root that a node leads to.  A way has no more nodes than there is [fuel]; it is short, since
    smaller trees are hung into larger ones, so that None does not occur. *)
Fixpoint root_of {A} (fuel : list A) (p : forest) (x : N) : option N :=
  match NumberMap.find x p with
  | None => Some x
  | Some y => match fuel with [] => None | _ :: fuel => root_of fuel p y end
  end.

Definition is_root (p : forest) (x : N) : bool := negb (NumberMap.mem x p).

(** A forest, and the sizes of its trees where they are not 1. *)
Record grove := Grove { parents : forest; sizes : NumberMap.t N }.

Definition size_at (x : N) (m : NumberMap.t N) : N :=
  match NumberMap.find x m with Some n => n | None => 1%N end.

Definition join {A} (fuel : list A) (g : grove) (e : N * N) : option grove :=
  match root_of fuel (parents g) (fst e), root_of fuel (parents g) (snd e) with
  | Some r, Some s =>
      if N.eqb r s then Some g else
      let m := size_at r (sizes g) in
      let n := size_at s (sizes g) in
      if N.ltb n m then Some (Grove (NumberMap.add s r (parents g)) (NumberMap.add r (m + n)%N (sizes g)))
      else Some (Grove (NumberMap.add r s (parents g)) (NumberMap.add s (m + n)%N (sizes g)))
  | _, _ => None
  end.

Fixpoint join_all {A} (fuel : list A) (g : grove) (es : list (N * N)) : option grove :=
  match es with
  | [] => Some g
  | e :: es => match join fuel g e with Some g => join_all fuel g es | None => None end
  end.

(** The forest of a graph. *)
Definition forest_of {A} (fuel : list A) (es : list (N * N)) : option forest :=
  option_map parents (join_all fuel (Grove (NumberMap.empty N) (NumberMap.empty N)) es).

(** ** Soundness *)

(** Edges connect: the least equivalence that they are in. *)
Inductive linked (es : list (N * N)) : N -> N -> Prop :=
  | linked_edge x y : In (x, y) es -> linked es x y
  | linked_refl x : linked es x x
  | linked_sym x y : linked es x y -> linked es y x
  | linked_trans x y z : linked es x y -> linked es y z -> linked es x z.

Inductive leads (p : forest) : N -> N -> Prop :=
  | leads_root x : NumberMap.find x p = None -> leads p x x
  | leads_parent x y r : NumberMap.find x p = Some y -> leads p y r -> leads p x r.

Lemma root_of_leads {A} (fuel : list A) p : forall x r, root_of fuel p x = Some r -> leads p x r.
Proof. induction fuel as [|a fuel IH]; simpl; intros x r H;
    destruct (NumberMap.find x p) as [y|] eqn:E; try discriminate;
    try (inversion H; subst; now apply leads_root).
  eapply leads_parent; eauto. Qed.

Lemma leads_to_root p x r : leads p x r -> NumberMap.find r p = None.
Proof. induction 1; auto. Qed.

Lemma leads_unique p x r s : leads p x r -> leads p x s -> r = s.
Proof. intro H. revert s. induction H as [x E|x y r E _ IH]; intros s S; inversion S; subst; auto;
    try congruence.
  rewrite H in E. inversion E. subst. auto. Qed.

(** One root becomes the parent of another. *)
Lemma leads_add p s r : NumberMap.find s p = None -> NumberMap.find r p = None -> s <> r ->
  forall x t, leads p x t -> leads (NumberMap.add s r p) x (if N.eqb t s then r else t).
Proof.
  intros S R D x t H. assert (Rr : leads (NumberMap.add s r p) r r).
  { apply leads_root. now rewrite NumberFacts.add_neq_o. }
  induction H as [x E|x y t E _ IH].
  - destruct (N.eqb_spec x s) as [->|N].
    + apply (leads_parent _ s r); auto. now rewrite NumberFacts.add_eq_o.
    + apply leads_root. now rewrite NumberFacts.add_neq_o by congruence.
  - apply (leads_parent _ x y); auto. rewrite NumberFacts.add_neq_o; auto. intros ->. congruence. Qed.

Lemma linked_more es fs x y : (forall e, In e es -> In e fs) -> linked es x y -> linked fs x y.
Proof. intros I H. induction H as [x y E|x|x y _ IH|x y z _ IH1 _ IH2].
  - apply linked_edge. auto. - apply linked_refl. - now apply linked_sym.
  - now apply (linked_trans _ x y). Qed.

(** What a forest says of the edges that were joined. *)
Record joins (es : list (N * N)) (p : forest) : Prop := {
  j_parent : forall x y, NumberMap.find x p = Some y -> linked es x y;
  j_total : forall x, exists r, leads p x r;
  j_edge : forall x y, In (x, y) es -> exists r, leads p x r /\ leads p y r }.

Lemma leads_linked es p x r : joins es p -> leads p x r -> linked es x r.
Proof. intros J H. induction H as [x E|x y r E _ IH]; [apply linked_refl|].
  apply (linked_trans _ x y); auto. now apply (j_parent _ _ J). Qed.

Lemma linked_root es p x y : joins es p -> linked es x y -> exists r, leads p x r /\ leads p y r.
Proof. intros J H. induction H as [x y E|x|x y _ (r & A & B)|x y z _ (r & A & B) _ (s & C & D)].
  - now apply (j_edge _ _ J).
  - destruct (j_total _ _ J x) as (r & R). eauto.
  - eauto.
  - rewrite (leads_unique _ _ _ _ C B) in D. eauto. Qed.

(** Roots are not connected with one another, and every node is connected with one. *)
Theorem roots_apart es p x y : joins es p -> linked es x y ->
  NumberMap.find x p = None -> NumberMap.find y p = None -> x = y.
Proof. intros J H X Y. destruct (linked_root es p x y J H) as (r & A & B).
  rewrite (leads_unique _ _ _ _ A (leads_root p x X)) in B.
  symmetry. exact (leads_unique _ _ _ _ (leads_root p y Y) B). Qed.

Theorem linked_to_root es p x : joins es p -> exists r, NumberMap.find r p = None /\ linked es x r.
Proof. intro J. destruct (j_total _ _ J x) as (r & R). exists r. split.
  - now apply leads_to_root in R.
  - now apply (leads_linked es p). Qed.

(** A root is hung under another one, which an edge connects with it. *)
Lemma joins_hung es p x y r s : joins es p -> leads p x s -> leads p y r -> s <> r ->
  joins ((x, y) :: es) (NumberMap.add s r p) /\ joins ((y, x) :: es) (NumberMap.add s r p).
Proof.
  intros J X Y D. pose proof (leads_to_root _ _ _ X) as S. pose proof (leads_to_root _ _ _ Y) as R.
  assert (Move := leads_add p s r S R D).
  assert (Both : forall e, (e = (x, y) \/ e = (y, x)) -> joins (e :: es) (NumberMap.add s r p)).
  { intros e E. assert (Up : forall a b, linked es a b -> linked (e :: es) a b)
      by (intros a b; apply linked_more; intros; now right).
    assert (L : linked (e :: es) x y).
    { destruct E as [->| ->]; [|apply linked_sym]; apply linked_edge; now left. }
    split.
    - intros a b F. rewrite NumberFacts.add_o in F. destruct (NumberMap.E.eq_dec s a) as [A|A].
      + change (s = a) in A. inversion F. subst a b. apply (linked_trans _ s x).
        * apply linked_sym, Up. now apply (leads_linked es p).
        * apply (linked_trans _ x y); auto. apply Up. now apply (leads_linked es p).
      + apply Up. now apply (j_parent _ _ J).
    - intro a. destruct (j_total _ _ J a) as (t & T). eauto.
    - assert (Meet : exists t, leads (NumberMap.add s r p) x t /\ leads (NumberMap.add s r p) y t).
      { exists r. split.
        - generalize (Move x s X). now rewrite N.eqb_refl.
        - generalize (Move y r Y). now rewrite (proj2 (N.eqb_neq r s)) by congruence. }
      destruct Meet as (t & T1 & T2). intros a b [I|I].
      + destruct E as [->| ->]; inversion I; subst; eauto.
      + destruct (j_edge _ _ J a b I) as (u & U1 & U2). eauto. }
  split; apply Both; auto. Qed.

Lemma join_joins {A} (fuel : list A) es g e g' : joins es (parents g) -> join fuel g e = Some g' ->
  joins (e :: es) (parents g').
Proof.
  intros J H. unfold join in H. destruct e as [x y]. cbn [fst snd] in H.
  destruct (root_of fuel (parents g) x) as [r|] eqn:X; [|discriminate].
  destruct (root_of fuel (parents g) y) as [s|] eqn:Y; [|discriminate].
  apply root_of_leads in X, Y. destruct (N.eqb_spec r s) as [->|D].
  - inversion H. subst g'. split.
    + intros a b F. apply (linked_more es); [intros; now right|]. now apply (j_parent _ _ J).
    + exact (j_total _ _ J).
    + intros a b [I|I]; [inversion I; subst; eauto|]. now apply (j_edge _ _ J).
  - destruct (N.ltb _ _); inversion H; cbn [parents].
    + now apply (joins_hung es (parents g) y x r s); auto.
    + now apply (joins_hung es (parents g) x y s r). Qed.

Lemma joins_same es fs p : (forall e, In e es <-> In e fs) -> joins es p -> joins fs p.
Proof. intros E [A B C]. split; auto.
  - intros x y F. apply (linked_more es); auto. intros e I. now apply E.
  - intros x y I. apply C. now apply E. Qed.

Theorem forest_joins {A} (fuel : list A) es p : forest_of fuel es = Some p -> joins es p.
Proof.
  unfold forest_of. destruct (join_all _ _ _) as [g|] eqn:E; [|discriminate]. simpl. intro H.
  inversion H. subst p.
  assert (G : forall es done g0, joins done (parents g0) -> join_all fuel g0 es = Some g ->
    joins (es ++ done) (parents g)).
  { clear E H es. induction es as [|e es IH]; simpl; intros done g0 J E; [inversion E; now subst|].
    destruct (join fuel g0 e) as [g1|] eqn:K; [|discriminate].
    apply (joins_same (es ++ e :: done)).
    - intro f. simpl. rewrite !in_app_iff. simpl. tauto.
    - eapply IH; [|exact E]. eapply join_joins; eauto. }
  rewrite <- (app_nil_r es). eapply G; [|exact E]. simpl. split.
  - intros x y F. rewrite NumberFacts.empty_o in F. discriminate.
  - intro x. exists x. apply leads_root. apply NumberFacts.empty_o.
  - intros x y []. Qed.
