(** * Connected pieces are joined by paths in the boundary

    The boundary of a neuron, as a set of points of the domain, is the closure of its pieces.  From piece
    to piece over ridges leads a path of segments in it; so a boundary with one component, or none, is
    connected by such paths. *)

From ExactRev Require Export BoundariesSound BordersComplete.
Require Import Lia.

Section Paths.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Variables (whole net : network) (domain : list Forms.form) (stands : list F -> list F -> Prop).
Hypothesis fits : network_fits net = true.
Hypothesis stands_exist : forall u, exists x, stands u x.
Hypothesis evenly : forall p p' x x', in_domain F domain p -> codimension F net domain 1 p ->
  in_domain F domain p' -> same_signs F net p p' -> stands p x -> stands p' x' ->
  (bends_at F whole x <-> bends_at F whole x').
Local Notation in_domain := (in_domain F domain).
Local Notation same_signs := (same_signs F net).
Local Notation face_of := (face_of F net domain).
Local Notation reaches := (reaches F net domain).
Local Notation piece := (piece F whole net domain stands).
Local Notation connected := (connected F whole net domain stands).
Local Notation near := (@TheoryAffine.near F).

(** In every box about [q] there is a point of a piece of the boundary of neuron [i]. *)
Definition on_boundary (i : nat) (q : list F) : Prop := in_domain q /\
  forall e, 0 < e -> exists y, near e q y /\ piece i y.

(** The same point, up to coordinates 0 at the end. *)
Definition same_point (x y : list F) : Prop := forall k, nth k x 0 = nth k y 0.

(** One leads to the other by segments in the set. *)
Inductive path (S : list F -> Prop) : list F -> list F -> Prop :=
  | path_segment x y : (forall t, 0 <= t -> t <= 1 -> S (to_point F x y t)) -> path S x y
  | path_further x y w : path S x y -> path S y w -> path S x w.

Lemma piece_face i p y : piece i p -> face_of p y -> piece i y.
Proof.
  intros (D & C & L & Z & B) [Dy S]. repeat split; auto.
  - now apply (codimension_same F net domain 1 p).
  - destruct (signs_exist F net p) as (ss & Sp). destruct (signs_exist F net y) as (sy & Sy).
    rewrite (proj1 (same_signs_iff F net p y ss sy Sp Sy) S) in Sp.
    apply (z_null F net y sy i Sy L). now apply (z_null F net p sy i Sp L).
  - intros x X. destruct (stands_exist p) as (x0 & X0). apply (evenly p y x0 x); auto. Qed.

Lemma reaches_boundary i p q : piece i p -> in_domain q -> reaches p q -> on_boundary i q.
Proof. intros P D R. split; auto. intros e E. destruct (R e E) as (y & N & Y). exists y. split; auto.
  now apply (piece_face i p). Qed.

Lemma piece_boundary i p : piece i p -> on_boundary i p.
Proof. intro P. apply (reaches_boundary i p); auto; [apply P|]. intros e E. exists p. split.
  - intro k. replace (TheoryAffine.coordinate p k - TheoryAffine.coordinate p k) with (0 : F) by ring.
    now apply within_zero, lt_le.
  - split; [apply P|apply same_signs_refl]. Qed.

Lemma near_same e x y q : same_point x y -> near e x q -> near e y q.
Proof. intros S N k. specialize (N k). unfold TheoryAffine.coordinate in *. now rewrite <- S. Qed.

Lemma domain_same x y : same_point x y -> in_domain x -> in_domain y.
Proof. intros S D f I. replace (value f (at_point y)) with (value f (at_point x)); [now apply D|].
  apply value_agree. intro k. unfold at_point. destruct (N.eqb k 0); auto. Qed.

Lemma boundary_same i x y : same_point x y -> on_boundary i x -> on_boundary i y.
Proof. intros S [D B]. split; [now apply (domain_same x)|]. intros e E. destruct (B e E) as (w & N & P).
  exists w. split; auto. now apply (near_same e x). Qed.

Lemma at_start x y : same_point x (to_point F x y 0).
Proof. intro k. rewrite to_point_nth. ring. Qed.

Lemma turned_round x y t : same_point (to_point F y x (1 - t)) (to_point F x y t).
Proof. intro k. rewrite !to_point_nth. ring. Qed.

(** From a point in a piece's closure to each of its points, and back. *)
Lemma into_piece i p q : piece i p -> in_domain q -> reaches p q -> path (on_boundary i) q p.
Proof.
  intros P D R. apply path_segment. intros t T0 T1. destruct (eq_or_neq F t 0) as [->|N].
  - apply (boundary_same i q); [apply at_start|]. now apply (reaches_boundary i p).
  - apply piece_boundary, (piece_face i p); auto. apply between_in_face; auto; [apply P| |].
    + intros k r s I Nn S. now apply (reaches_signs F net domain fits p q k r s R I).
    + apply le_neq_lt; auto. Qed.

Lemma path_back (S : list F -> Prop) x y : (forall a b, same_point a b -> S a -> S b) -> path S x y -> path S y x.
Proof. intros E H. induction H as [x y H|x y w _ IH1 _ IH2]; [|now apply (path_further S w y x)].
  apply path_segment. intros t T0 T1. apply (E (to_point F x y (1 - t))); [apply turned_round|].
  apply le_sub in T1. apply H; auto. apply le_sub. now replace (1 - (1 - t)) with t by ring. Qed.

(** Connected pieces are connected by a path. *)
Theorem connected_path i p p' : connected i p p' -> path (on_boundary i) p p'.
Proof.
  intro H. induction H as [p p' P P' S|p p' P P' (q & Q & R & R')|p p' p'' _ IH1 _ IH2].
  - apply (into_piece i p' p); auto; [apply P|]. intros e E. exists p. split.
    + intro k. replace (TheoryAffine.coordinate p k - TheoryAffine.coordinate p k) with (0 : F) by ring.
      now apply within_zero, lt_le.
    + split; [apply P|now apply same_signs_sym].
  - apply (path_further _ p q p').
    + apply path_back; [apply boundary_same|]. apply into_piece; auto. apply Q.
    + apply into_piece; auto. apply Q.
  - now apply (path_further _ p p' p''). Qed.

(** Each point of the boundary is in the closure of one piece: what is not 0 at the point keeps its sign
    in some box, in which a piece has points. *)
Lemma boundary_reached i q : on_boundary i q -> exists p, piece i p /\ reaches p q.
Proof.
  intros [D B]. destruct (signs_nearby F net fits q) as (e & E & Near). destruct (B e E) as (y & N & P).
  exists y. split; auto. apply below_reaches; auto; [apply P|].
  intros k r s I Nn S. exact (Near y N (k, r) s I Nn S). Qed.

(** A boundary with at most one component is connected by paths. *)
Theorem one_component i c : (c <= 1)%N -> has_components F whole net domain stands i c ->
  forall q q', on_boundary i q -> on_boundary i q' -> path (on_boundary i) q q'.
Proof.
  intros C (ps & L & Ps & _ & All) q q' Q Q'.
  destruct (boundary_reached i q Q) as (p & P & R). destruct (boundary_reached i q' Q') as (p' & P' & R').
  destruct (All p P) as (a & A & K). destruct (All p' P') as (a' & A' & K').
  assert (E : a = a').
  { destruct ps as [|b [|b' ps]]; [destruct A| |simpl in L; lia].
    destruct A as [<-|[]], A' as [<-|[]]. reflexivity. }
  subst a'. pose proof (boundary_same i) as Same.
  apply (path_further _ q p q'); [apply into_piece; auto; apply Q|].
  apply (path_further _ p a q'); [now apply connected_path|].
  apply (path_further _ a p' q'); [apply path_back; auto; now apply connected_path|].
  apply path_back; auto. apply into_piece; auto. apply Q'. Qed.

End Paths.

(** So where an accepted certificate states one component, or none, the boundary is connected by paths. *)
Theorem stated_connected F stands whole net domain depth first ns lines meets :
  (forall u, exists x, stands u x) ->
  described F stands whole net domain depth first ns lines meets ->
  forall i r n c, nth_error lines i = Some (r, n, c) -> (c <= 1)%N ->
  forall q q', on_boundary F whole net domain stands i q -> on_boundary F whole net domain stands i q' ->
  path F (on_boundary F whole net domain stands i) q q'.
Proof.
  intros Ex D i r n c L C. destruct (d_lines _ _ _ _ _ _ _ _ _ _ D i _ L) as (n' & c' & E & _ & Co).
  inversion E. subst n' c'.
  exact (one_component F whole net domain stands (d_fits _ _ _ _ _ _ _ _ _ _ D) Ex
    (d_evenly _ _ _ _ _ _ _ _ _ _ D) i c C Co). Qed.

(** And the number of facets is that of the pairs of regions that share a border in the domain. *)
Theorem stated_borders F stands whole net domain depth first ns lines meets : (1 <= depth)%N ->
  described F stands whole net domain depth first ns lines meets ->
  exists pairs, nth_error ns 1 = Some (N.of_nat (length pairs)) /\ all_borders F net domain pairs.
Proof.
  intros Dp D. destruct (d_faces _ _ _ _ _ _ _ _ _ _ D 1%N Dp) as (ps & Ns & All).
  destruct (facets_are_borders F net (d_fits _ _ _ _ _ _ _ _ _ _ D) domain ps All) as (pairs & L & B).
  exists pairs. rewrite L. auto. Qed.
