(** * One hidden layer is determined by its boundaries, up to the sides of the boundaries

    A function of one hidden layer bends exactly on the hyperplanes of its neurons. So two such
    functions in general position that bend at the same points have the same hyperplanes: the rows
    are equal up to permutation and nonzero factors. The sign of a factor is not determined by where
    the functions bend: relu(z) = z + relu(-z), so a neuron may be turned round and an affine
    function added. If the functions are equal, the output weights are equal once the rows are; only
    sides stay open. *)

From ExactRev Require Export TheoryPlanes TheoryLeast.
Require Import Lia.

Section OneLayer.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).

(** A hidden neuron: its sum and its weights into the outputs. *)
Record relu_unit := ReluUnit { sum : affine F; into : list F }.

(** Output number [o] is an affine function plus the weighted relu of the neurons. *)
Fixpoint layer_sum (us : list relu_unit) (o : nat) (x : list F) : F :=
  match us with [] => 0 | u :: us => coordinate (into u) o * relu (value (sum u) x) +
    layer_sum us o x end.

Definition one_layer (direct : nat -> affine F) (us : list relu_unit) (o : nat) (x : list F) : F :=
  value (direct o) x + layer_sum us o x.

(** A function with several outputs bends where one of them does. *)
Definition bends (f : nat -> list F -> F) (x : list F) := ~ forall o, affine_near (f o) x.

(** No two neurons have the same hyperplane. *)
Definition others_differ (us : list relu_unit) := forall us1 u us2, us = us1 ++ u :: us2 ->
  forall v, In v (us1 ++ us2) -> ~ same_plane (sum u) (sum v).

(** No neuron is constant or without effect, and no two have the same hyperplane. *)
Definition general_position (us : list relu_unit) :=
  (forall u, In u us -> not_constant (sum u) /\ exists o, coordinate (into u) o <> 0) /\
    others_differ us.

(** ** Where the function bends *)

Lemma layer_sum_middle us1 u us2 o x :
  layer_sum (us1 ++ u :: us2) o x =
    layer_sum (us1 ++ us2) o x + coordinate (into u) o * relu (value (sum u) x).
Proof. induction us1 as [|v us1 IH]; simpl; [|rewrite IH]; ring. Qed.

(** Off all hyperplanes the sum is affine. *)
Lemma layer_sum_off us o x : (forall u, In u us -> ~ on (sum u) x) -> affine_near (layer_sum us o) x.
Proof.
  induction us as [|u us IH]; intro H.
  - exists (constant 0). apply nearby_always. intro y. now rewrite value_constant.
  - destruct IH as [h Hh]; [intros v V; apply H; now right|].
    assert (R : exists g, nearby x (fun y => relu (value (sum u) y) = value g y)).
    { destruct (le_or_lt F (value (sum u) x) 0) as [L|L].
      - exists (constant 0). assert (L' : value (sum u) x < 0) by (apply le_neq_lt; auto; apply (H u);
        now left).
        apply negative_nearby in L'. revert L'. apply nearby_weaken. intros y Y.
        rewrite value_constant. now apply relu_of_nonpos, lt_le.
      - exists (sum u). apply positive_nearby in L. revert L. apply nearby_weaken. intros y Y.
        now apply relu_of_nonneg, lt_le. }
    destruct R as [g G]. exists (add_times h (coordinate (into u) o) g).
    pose proof (nearby_and F _ _ _ Hh G) as B. revert B. apply nearby_weaken. intros y [Y1 Y2].
    rewrite value_add_times, <- Y1, <- Y2. simpl. ring. Qed.

Lemma one_layer_off direct us o x : (forall u, In u us -> ~ on (sum u) x) ->
  affine_near (one_layer direct us o) x.
Proof. intro H. destruct (layer_sum_off us o x H) as [h Hh]. exists (add_times (direct o) 1 h).
  revert Hh. apply nearby_weaken. intros y Y. rewrite value_add_times, <- Y. unfold one_layer. ring.
Qed.

(** On the hyperplane of one neuron alone it is affine plus this neuron. *)
Lemma one_layer_at direct us1 u us2 o x : (forall v, In v (us1 ++ us2) -> ~ on (sum v) x) ->
  exists g, nearby x (fun y => one_layer direct (us1 ++ u :: us2) o y =
    value g y + coordinate (into u) o * relu (value (sum u) y)).
Proof. intro H. destruct (one_layer_off direct (us1 ++ us2) o x H) as [g G]. exists g. revert G.
  apply nearby_weaken. intros y Y. rewrite <- Y. unfold one_layer. rewrite layer_sum_middle. ring. Qed.

Lemma on_some_or_none us x : (exists u, In u us /\ on (sum u) x) \/ (forall u, In u us ->
  ~ on (sum u) x).
Proof. induction us as [|u us [(v & V & X)|IH]]; [right; intros u []|left; exists v; split; auto;
  now right|].
  destruct (eq_or_neq F (value (sum u) x) 0) as [E|E]; [left; exists u; split; auto; now left|right].
  intros v [<-|V]; auto. Qed.

(** The others of a layer in general position do not cover a neuron's hyperplane, and neither do
    further hyperplanes that differ from it. *)
Lemma point_on_one us1 u us2 gs x (P : list F -> Prop) : general_position (us1 ++ u :: us2) ->
  (forall g, In g gs -> not_constant g /\ ~ same_plane (sum u) g) -> on (sum u) x -> nearby x P ->
  exists y, on (sum u) y /\ nearby y P /\ (forall v, In v (us1 ++ us2) -> ~ on (sum v) y) /\
    forall g, In g gs -> ~ on g y.
Proof.
  intros [G D] Gs X Near.
  assert (N : not_constant (sum u)) by (apply G, in_elt).
  destruct (hyperplane_not_covered F (sum u) (map sum (us1 ++ us2) ++ gs) x P N) as (y & Y & Py & Oy);
    auto.
  - intros g I. apply in_app_or in I as [I|I].
    + apply in_map_iff in I as (v & <- & V). apply different_cuts; auto.
      * apply G. apply in_app_or in V as [V|V]; apply in_or_app; auto. right. now right.
      * now apply (D us1 u us2).
    + destruct (Gs g I). now apply different_cuts.
  - exists y. repeat split; auto.
    + intros v V. apply Oy. apply in_or_app. left. now apply in_map.
    + intros g I. apply Oy. apply in_or_app. now right. Qed.

Theorem bends_on_hyperplanes direct us x : general_position us ->
  (bends (one_layer direct us) x <-> exists u, In u us /\ on (sum u) x).
Proof.
  intro G. split.
  - intro B. destruct (on_some_or_none us x) as [H|H]; auto. exfalso. apply B. intro o.
    now apply one_layer_off.
  - intros (u & U & X) A. apply in_split in U as (us1 & us2 & ->).
    destruct (proj1 G u) as [N [o O]]; [apply in_elt|]. destruct (A o) as [h H].
    destruct (point_on_one us1 u us2 [] x _ G (fun g (I : In g []) => match I with end) X H)
      as (y & Y & Hy & Oy & _).
    destruct (one_layer_at direct us1 u us2 o y Oy) as [g Near].
    apply (relu_bends F _ g _ (sum u) y Near Y N O). now exists h. Qed.

(** ** The same bends: the same hyperplanes *)

(** [u] has the row of [v] times [c]. *)
Definition multiple (c : F) (u v : relu_unit) := forall x, value (sum u) x = c * value (sum v) x.

(** Pair off two lists of which each entry has a partner in the other. *)
Lemma pairing us : forall vs, others_differ us -> others_differ vs ->
  (forall u, In u us -> exists v, In v vs /\ same_plane (sum u) (sum v)) ->
  (forall v, In v vs -> exists u, In u us /\ same_plane (sum u) (sum v)) ->
  exists ws, Permutation vs ws /\ Forall2 (fun u v => same_plane (sum u) (sum v)) us ws.
Proof.
  induction us as [|u us IH]; intros vs Du Dv Hu Hv.
  - exists []. split; [|constructor]. destruct vs as [|v vs]; auto. destruct (Hv v) as (u & [] & _).
    now left.
  - destruct (Hu u (or_introl eq_refl)) as (v & V & Suv). apply in_split in V as (vs1 & vs2 & ->).
    assert (Du' : forall w, In w us -> ~ same_plane (sum u) (sum w)) by exact (Du [] u us eq_refl).
    assert (Dv' : forall w, In w (vs1 ++ vs2) ->
      ~ same_plane (sum v) (sum w)) by exact (Dv vs1 v vs2 eq_refl).
    destruct (IH (vs1 ++ vs2)) as (ws & P & Fw).
    + intros us1 w us2 -> z Z. apply (Du (u :: us1) w us2 eq_refl). simpl. now right.
    + intros ws1 w ws2 E z Z S.
      assert (Split : exists l1 l2, vs1 ++ v :: vs2 = l1 ++ w :: l2 /\ incl (ws1 ++ ws2) (l1 ++ l2)).
      { clear - E. revert ws1 E. induction vs1 as [|a vs1 IHv]; intros ws1 E; simpl in *.
        - subst vs2. exists (v :: ws1), ws2. split; auto. simpl. now apply incl_tl, incl_refl.
        - destruct ws1 as [|b ws1]; simpl in E; inversion E; subst.
          + exists [], (vs1 ++ v :: vs2). split; auto. simpl. intros q Q.
            apply in_app_or in Q as [Q|Q]; apply in_or_app; auto. right. now right.
          + destruct (IHv ws1 H1) as (l1 & l2 & E1 & E2). exists (b :: l1), l2. rewrite E1. split; auto.
            simpl. intros q [<-|Q]; [now left|]. right. now apply E2. }
      destruct Split as (l1 & l2 & E1 & E2). apply (Dv l1 w l2 E1 z (E2 z Z) S).
    + intros w W. destruct (Hu w (or_intror W)) as (z & Z & S).
      apply in_elt_inv in Z as [<-|Z]; [|now exists z]. exfalso. apply (Du' w W).
      intro x. rewrite (Suv x). symmetry. apply S.
    + intros w W. destruct (Hv w) as (z & Z & S).
      { apply in_app_or in W as [W|W]; apply in_or_app; auto. right. now right. }
      destruct Z as [<-|Z]; [|now exists z]. exfalso. apply (Dv' w W).
      intro x. rewrite <- (Suv x). apply S.
    + exists (v :: ws). split; [|now constructor].
      apply Permutation_sym, Permutation_cons_app, Permutation_sym, P. Qed.

Lemma same_plane_among u l : not_constant (sum u) -> (forall v, In v l -> not_constant (sum v)) ->
  (exists v, In v l /\ same_plane (sum u) (sum v)) \/ (forall v, In v l ->
    ~ same_plane (sum u) (sum v)).
Proof. intros N. induction l as [|v l IH]; intro L; [right; intros v []|].
  destruct (same_plane_decided F (sum u) (sum v) N (L v (or_introl eq_refl))) as [S|S];
    [left; exists v; split; auto; now left|].
  destruct IH as [(w & W & T)|T]; [intros w W; apply L; now right|left; exists w; split; auto;
    now right|right].
  intros w [<-|W]; auto. Qed.

(** The first layer is determined by the boundaries: rows are equal up to permutation and nonzero
    factors. *)
Theorem first_layer_determined da us db vs : general_position us -> general_position vs ->
  (forall x, bends (one_layer da us) x <-> bends (one_layer db vs) x) ->
  exists ws, Permutation vs ws /\ Forall2 (fun u v => exists c, c <> 0 /\ multiple c u v) us ws.
Proof.
  intros Gu Gv H.
  assert (Half : forall d1 l1 d2 l2, general_position l1 -> general_position l2 ->
    (forall x, bends (one_layer d1 l1) x -> bends (one_layer d2 l2) x) ->
    forall u, In u l1 -> exists v, In v l2 /\ same_plane (sum u) (sum v)).
  { intros d1 l1 d2 l2 G1 G2 B u U.
    destruct (same_plane_among u l2) as [E|No]; [now apply G1|intros v V; now apply G2|exact E|exfalso].
    pose proof U as U'. apply in_split in U as (us1 & us2 & ->).
    destruct (plane_has_point F (sum u)) as [x X]; [now apply G1|].
    destruct (point_on_one us1 u us2 (map sum l2) x (fun _ => True) G1) as (y & Y & _ & _ & O); auto.
    - intros g I. apply in_map_iff in I as (v & <- & V). split; [now apply G2|now apply No].
    - now apply nearby_always.
    - assert (By : bends (one_layer d2 l2) y).
      { apply B. apply bends_on_hyperplanes; auto. now exists u. }
      apply bends_on_hyperplanes in By as (v & V & Yv); auto. apply (O (sum v)); auto.
        now apply in_map. }
  destruct (pairing us vs) as (ws & P & Fw); [apply Gu|apply Gv| | |].
  - apply (Half da us db vs); auto. apply H.
  - intros v V. destruct (Half db vs da us Gv Gu (fun x => proj2 (H x)) v V) as (u & U & S).
    exists u. split; auto. intro x. symmetry. apply S.
  - exists ws. split; auto. assert (Gw : forall w, In w ws -> not_constant (sum w)).
    { intros w W. apply Gv. now apply (Permutation_in _ (Permutation_sym P)). }
    clear - Gu Fw Gw. destruct Gu as [Gu _]. revert Gu Gw.
      induction Fw as [|u v l m S Fw IH]; intros Gu Gw; constructor.
    + apply same_plane_multiple; auto; [apply Gu|apply Gw]; now left.
    + apply IH; intros w W; [apply Gu|apply Gw]; now right. Qed.

End OneLayer.
