(** * What follows from the signs on all facets and ridges

    The counts of pieces and components and the list of meetings that Boundaries.v computes are those of
    the section [Meaning] of BoundaryPieces.v, if the faces seen are all of codimension 1 and 2. *)

From ExactRev Require Export BoundaryPieces.
Require Import Lia.

(** ** Lists *)

(** Points that stand for different numbers are different. *)
Lemma different_points {A} (P : N * N -> A -> Prop) (R : A -> A -> Prop) l m :
  (forall q q' a a', In q l -> In q' l -> P q a -> P q' a' -> fst q <> fst q' -> R a a') ->
  NoDup (map fst l) -> Forall2 P l m -> ForallOrdPairs R m.
Proof.
  intros H D M. induction M as [|q a l m Q M IH]; [constructor|]. simpl in D. inversion D. subst.
  constructor.
  - apply Forall_forall. intros b B. apply In_nth_error in B as [i B].
    destruct (forall2_nth_back _ _ _ M i b B) as (q' & Q' & P'). apply nth_error_In in Q'.
    apply (H q q'); auto; [now left|now right|]. intro E. apply H2. rewrite E. now apply in_map.
  - apply IH; auto. intros q1 q2 a1 a2 I1 I2. apply H; now right. Qed.

Lemma nodup_filter {A} (f : N * N -> A) keep l : NoDup (map f l) -> NoDup (map f (filter keep l)).
Proof. induction l as [|q l IH]; simpl; intro D; auto. inversion D. subst.
  destruct (keep q); auto. simpl. constructor; auto. intro I. apply H1.
  apply in_map_iff in I as (q' & <- & I). apply filter_In in I as [I _]. now apply in_map. Qed.

Lemma tallied_count keep ps j : count_of j (tallied keep ps) =
  N.of_nat (length (filter (fun q => N.eqb j (snd q)) (filter keep ps))).
Proof.
  assert (G : forall m, count_of j (fold_left (fun m q =>
      if keep q then NumberMap.add (snd q) (N.succ (count_of (snd q) m)) m else m) ps m) =
    (count_of j m + N.of_nat (length (filter (fun q => N.eqb j (snd q)) (filter keep ps))))%N).
  { induction ps as [|q ps IH]; intro m; simpl; [lia|]. rewrite IH. destruct (keep q); simpl; auto.
    unfold count_of at 1. rewrite NumberFacts.add_o.
    destruct (NumberMap.E.eq_dec (snd q) j) as [E|E].
    - change (snd q = j) in E. rewrite <- E, N.eqb_refl. simpl length. lia.
    - rewrite (proj2 (N.eqb_neq j (snd q))) by (intro; subst; now apply E). reflexivity. }
  unfold tallied. rewrite G. unfold count_of. now rewrite NumberFacts.empty_o. Qed.

Lemma filter_all {A} (l : list A) : filter (fun _ => true) l = l.
Proof. induction l as [|a l IH]; simpl; [|rewrite IH]; auto. Qed.

Lemma boundary_lines_nth first pieces roots ns : forall i m, (m < length ns)%nat ->
  nth_error (boundary_lines first i ns pieces roots) m = Some ((first + (i + N.of_nat m))%N,
    count_of (i + N.of_nat m) pieces, count_of (i + N.of_nat m) roots).
Proof. induction ns as [|n ns IH]; simpl; intros i m L; [lia|]. destruct m as [|m]; simpl.
  - now rewrite N.add_0_r.
  - rewrite (IH (N.succ i) m) by lia.
    now replace (N.succ i + N.of_nat m)%N with (i + N.pos (Pos.of_succ_nat m))%N by lia. Qed.

Lemma boundary_lines_length first pieces roots ns : forall i,
  length (boundary_lines first i ns pieces roots) = length ns.
Proof. induction ns; simpl; auto. Qed.

Lemma known_spec ps c : NumberMap.mem c (code_set ps) = true <-> exists j, In (c, j) ps.
Proof.
  assert (G : forall m, NumberMap.mem c (fold_left (fun m (p : N * N) => NumberMap.add (fst p) tt m) ps m) = true
    <-> NumberMap.mem c m = true \/ exists j, In (c, j) ps).
  { induction ps as [|[a i] ps IH]; intro m; simpl.
    - split; [auto|intros [H|(j & [])]; auto].
    - rewrite IH, NumberFacts.add_b, orb_true_iff. unfold NumberFacts.eqb.
      destruct (NumberMap.E.eq_dec a c) as [E|E].
      + change (a = c) in E. subst. split; [right; exists i; now left|auto].
      + change (a <> c) in E. split.
        * intros [[H|H]|(j & H)]; [discriminate|auto|right; eauto].
        * intros [H|(j & [H|H])]; [auto|inversion H; congruence|right; eauto]. }
  unfold code_set. rewrite G, NumberFacts.empty_a. split; [intros [H|H]; [discriminate|auto]|auto]. Qed.

Lemma gathered_spec give seen e : In e (gathered give seen) <->
  exists n ss, In (n, ss) seen /\ In e (give ss).
Proof.
  assert (G : forall all, In e (fold_left (fun all (f : N * list sign) => give (snd f) ++ all) seen all) <->
    In e all \/ exists n ss, In (n, ss) seen /\ In e (give ss)).
  { induction seen as [|[n ss] seen IH]; intro all; simpl.
    - split; [auto|]. intros [H|(n & ss & I & _)]; [auto|destruct I].
    - rewrite IH, in_app_iff. split.
      + intros [[H|H]|(n' & ss' & I & H)]; [right; exists n, ss; auto|auto|right; exists n', ss'; auto].
      + intros [H|(n' & ss' & [I|I] & H)]; [auto|inversion I; subst; auto|right; exists n', ss'; auto]. }
  unfold gathered. rewrite G. split; [intros [[]|H]; auto|auto]. Qed.

Lemma rev_map_spec {A B} (f : A -> B) l b : In b (rev_map f l) <-> exists a, f a = b /\ In a l.
Proof.
  assert (G : forall m, In b (fold_left (fun m a => f a :: m) l m) <-> In b m \/ exists a, f a = b /\ In a l).
  { induction l as [|a l IH]; intro m; simpl.
    - split; [auto|intros [H|(a & _ & [])]; auto].
    - rewrite IH. simpl. split.
      + intros [[H|H]|(c & E & I)]; [right; exists a; auto|auto|right; exists c; auto].
      + intros [H|(c & E & [I|I])]; [auto|subst; auto|right; exists c; auto]. }
  unfold rev_map. rewrite G. split; [intros [[]|H]; auto|auto]. Qed.

Lemma beside_spec known ss j c : In c (beside known ss j) <->
  exists s, s <> Null /\ c = code (with_sign j s ss) /\ NumberMap.mem c known = true.
Proof. unfold beside. rewrite filter_In. split.
  - intros [[<-|[<-|[]]] M]; [exists Plus|exists Minus]; repeat split; auto; discriminate.
  - intros ([| |] & N & -> & M); split; simpl; auto; congruence. Qed.

Lemma edge_spec known ss j c d : In (c, d) (edge (beside known ss j)) <->
  c = code (with_sign j Plus ss) /\ d = code (with_sign j Minus ss) /\
  NumberMap.mem c known = true /\ NumberMap.mem d known = true.
Proof.
  unfold beside. cbn [filter].
  destruct (NumberMap.mem (code (with_sign j Plus ss)) known) eqn:P;
    destruct (NumberMap.mem (code (with_sign j Minus ss)) known) eqn:M; simpl; split;
    try (intros [H|[]]; inversion H; subst; auto);
    try (intros []; fail); intros (-> & -> & H & K); try congruence. now left. Qed.

Lemma edges_spec known seen e : In e (edges_of known seen) <-> exists n ss a b, In (n, ss) seen /\
  nulls 0 ss = [a; b] /\ (In e (edge (beside known ss b)) \/ In e (edge (beside known ss a))).
Proof.
  unfold edges_of. rewrite gathered_spec. unfold ridge_edges. split.
  - intros (n & ss & I & H). destruct (nulls 0 ss) as [|a [|b [|]]] eqn:E; try destruct H.
    apply in_app_or in H. exists n, ss, a, b. auto.
  - intros (n & ss & a & b & I & E & H). exists n, ss. split; auto. rewrite E. now apply in_or_app. Qed.

Lemma meetings_spec known seen i j : In (i, j) (meetings_of known seen) <-> exists n ss, In (n, ss) seen /\
  nulls 0 ss = [i; j] /\ (exists c, In c (beside known ss j)) /\ exists c, In c (beside known ss i).
Proof.
  assert (Nil : forall l : list N, is_nil l = false <-> exists c, In c l).
  { intros [|a l]; simpl; split; try discriminate; eauto. intros (c & []). }
  unfold meetings_of. rewrite gathered_spec. unfold ridge_meeting. split.
  - intros (n & ss & I & H). destruct (nulls 0 ss) as [|a [|b [|]]] eqn:E; try destruct H.
    destruct (is_nil (beside known ss b)) eqn:B; [destruct H|].
    destruct (is_nil (beside known ss a)) eqn:A; simpl in H; [destruct H|].
    destruct H as [H|[]]. inversion H. subst. exists n, ss. split; auto. split; auto. split; now apply Nil.
  - intros (n & ss & I & E & B & A). exists n, ss. split; auto. rewrite E. apply Nil in A, B.
    rewrite A, B. now left. Qed.

(** ** What is concluded from the faces *)

Section Concluded.
Variable F : OrderedField.
Local Open Scope field_scope.
Variables (whole net : network) (domain : list Forms.form) (stands : list F -> list F -> Prop).
Hypothesis whole_fits : network_fits whole = true.
Hypothesis fits : network_fits net = true.
Hypothesis stands_exist : forall u, exists x, stands u x.
Hypothesis stands_values : forall u x, stands u x -> z_values F whole x = z_values F net u.
Local Notation in_domain := (in_domain F domain).
Local Notation same_signs := (same_signs F net).
Local Notation codimension := (codimension F net domain).
Local Notation signs_are := (signs_are F net).
Local Notation reaches := (reaches F net domain).
Local Notation piece := (piece F whole net domain stands).
Local Notation connected := (connected F whole net domain stands).
Local Notation z_of := (z_of F net).

(** The faces seen, by codimension and signs, are all of codimension 1 and 2; only their walls are 0. *)
Record faces_seen (seen : list (N * list sign)) : Prop := {
  fs_face : forall n ss, In (n, ss) seen -> exists p, in_domain p /\ codimension n p /\ signs_are p ss;
  fs_null : forall n ss, In (n, ss) seen -> N.of_nat (length (nulls 0 ss)) = n;
  fs_all : forall n p ss, n = 1%N \/ n = 2%N -> in_domain p -> codimension n p -> signs_are p ss ->
    In (n, ss) seen;
  fs_once : NoDup (map snd seen) }.

Lemma same_number : length (named whole) = length (named net).
Proof. destruct (stands_exist []) as (x & X). apply stands_values in X.
  assert (E : length (z_values F whole x) = length (z_values F net [])) by now rewrite X.
  unfold z_values in E. now rewrite !map_length in E. Qed.

Lemma z_null u ss i : signs_are u ss -> (i < length (named net))%nat ->
  (z_of i u = 0 <-> nth_error ss i = Some Null).
Proof.
  intros S L. destruct (nth_error (named net) i) as [[k r]|] eqn:E; [|apply nth_error_None in E; lia].
  destruct (signs_are_nth F net u ss i k r S E) as (s & Si & H).
  assert (V : z_of i u = z F net r u).
  { unfold BoundaryPieces.z_of, z_values.
    exact (nth_error_nth _ _ 0 (map_nth_error (fun n => z F net (snd n) u) i _ E)). }
  rewrite V, Si. split.
  - intro Z. now rewrite (sign_unique F _ s Null H Z).
  - intro Eq. inversion Eq. subst s. exact H. Qed.

Lemma z_not_null u ss i s : signs_are u ss -> nth_error ss i = Some s -> s <> Null -> z_of i u <> 0.
Proof. intros S E N Z. assert (L : (i < length (named net))%nat).
  { rewrite <- (signs_length F net u ss S). apply nth_error_Some. now rewrite E. }
  apply (z_null u ss i S L) in Z. congruence. Qed.

(** *** Pieces *)

Lemma piece_of_spec ns outs n ss more : piece_of ns outs (n, ss) = Some more ->
  (more = [] /\ n <> 1%N) \/ n = 1%N /\ exists j k b, null_neuron 0 ns ss = Some (j, k) /\
    kinks k ns outs ss = Some b /\ more = if b : bool then [(code ss, j)] else [].
Proof.
  unfold piece_of. cbn [fst snd]. destruct (N.eqb_spec n 1) as [E|E].
  - destruct (null_neuron 0 ns ss) as [[j k]|]; [|discriminate].
    destruct (kinks k ns outs ss) as [b|] eqn:K; [|discriminate]. simpl. intro H. inversion H.
    right. split; auto. exists j, k, b. auto.
  - intro H. inversion H. auto. Qed.

Lemma pieces_of_found ns outs seen : forall found ps, pieces_of ns outs seen found = Some ps ->
  (forall q, In q found -> In q ps) /\
  (forall c j, In (c, j) ps -> In (c, j) found \/ exists ss k, In (1%N, ss) seen /\ c = code ss /\
    null_neuron 0 ns ss = Some (j, k) /\ kinks k ns outs ss = Some true) /\
  (forall ss, In (1%N, ss) seen -> exists j k b, null_neuron 0 ns ss = Some (j, k) /\
    kinks k ns outs ss = Some b /\ (b = true -> In (code ss, j) ps)) /\
  (NoDup (map snd seen) -> (forall ss, In ss (map snd seen) -> ~ In (code ss) (map fst found)) ->
    NoDup (map fst found) -> NoDup (map fst ps)).
Proof.
  induction seen as [|[n ss] seen IH]; simpl; intros found ps H.
  - inversion H. subst. split; [auto|]. split; [auto|]. split; [intros ? []|auto].
  - destruct (piece_of ns outs (n, ss)) as [more|] eqn:P; [|discriminate].
    destruct (IH _ ps H) as (I0 & I1 & I2 & I3). apply piece_of_spec in P.
    split; [intros q Q; apply I0, in_or_app; auto|]. split; [|split].
    + intros c j I. destruct (I1 c j I) as [Q|(ss' & k & A & B)]; [|right; exists ss', k; auto].
      apply in_app_or in Q as [Q|Q]; auto. right.
      destruct P as [[-> _]|(-> & j' & k & [|] & Nn & K & ->)]; [destruct Q| |destruct Q].
      destruct Q as [Q|[]]. inversion Q. subst. exists ss, k. auto.
    + intros ss' [E|I]; [|now apply I2]. inversion E. subst n ss'.
      destruct P as [[_ N]|(_ & j & k & b & Nn & K & ->)]; [congruence|]. exists j, k, b.
      split; auto. split; auto. intros ->. apply I0. now left.
    + intros N Out Once. inversion N. subst. apply I3; auto.
      * intros ss' I' Q. rewrite map_app in Q. apply in_app_or in Q as [Q|Q]; [|apply (Out ss'); auto].
        destruct P as [[-> _]|(_ & j & k & [|] & _ & _ & ->)]; try destruct Q; [|contradiction].
        simpl in H0. apply code_injective in H0. subst ss'. contradiction.
      * destruct P as [[-> _]|(_ & j & k & [|] & _ & _ & ->)]; simpl; auto. constructor; auto. Qed.

Lemma pieces_of_spec ns outs seen ps : pieces_of ns outs seen [] = Some ps ->
  (forall c j, In (c, j) ps -> exists ss k, In (1%N, ss) seen /\ c = code ss /\
    null_neuron 0 ns ss = Some (j, k) /\ kinks k ns outs ss = Some true) /\
  (forall ss, In (1%N, ss) seen -> exists j k b, null_neuron 0 ns ss = Some (j, k) /\
    kinks k ns outs ss = Some b /\ (b = true -> In (code ss, j) ps)) /\
  (NoDup (map snd seen) -> NoDup (map fst ps)).
Proof.
  intro H. destruct (pieces_of_found ns outs seen [] ps H) as (_ & I1 & I2 & I3). split; [|split; auto].
  - intros c j I. destruct (I1 c j I) as [[]|K]. exact K.
  - intro N. apply I3; auto. constructor. Qed.

Section Given.
Variables (seen : list (N * list sign)) (ps : list (N * N)).
Hypothesis all_seen : faces_seen seen.
Hypothesis pieces : pieces_of (named whole) (output whole) seen [] = Some ps.

Lemma facet_null ss : In (1%N, ss) seen -> exists j, only_null ss j.
Proof. intro I. pose proof (fs_null _ all_seen _ _ I) as L.
  destruct (nulls 0 ss) as [|a [|]] eqn:E; simpl in L; try lia. exists (N.to_nat a). now apply one_null. Qed.

(** At all points of a facet an output bends, or at none: as computed from its signs. *)
Lemma facet_bends p ss : signs_are p ss -> in_domain p -> codimension 1 p ->
  exists m k b, only_null ss m /\ (m < length (named net))%nat /\
    null_neuron 0 (named whole) ss = Some (N.of_nat m, k) /\
    kinks k (named whole) (output whole) ss = Some b /\ (b = true -> In (code ss, N.of_nat m) ps) /\
    forall x, stands p x -> (bends_at F whole x <-> b = true).
Proof.
  intros S D C. pose proof (fs_all _ all_seen 1 p ss (or_introl eq_refl) D C S) as I.
  destruct (facet_null ss I) as (m & M).
  destruct (pieces_of_spec _ _ _ _ pieces) as (_ & P2 & _).
  destruct (P2 ss I) as (j & k & b & Nn & K & B).
  destruct (null_neuron_spec _ _ _ _ _ Nn) as (m' & r & Ej & Nm & Ir).
  apply (proj2 M) in Nm. subst m'. rewrite N.add_0_l in Ej. subst j.
  exists m, k, b. repeat (split; [assumption|]). split.
  { rewrite <- same_number. apply nth_error_Some. now rewrite Ir. }
  repeat (split; [assumption|]). intros x X.
  assert (Sx : Kinks.signs_are F whole x ss)
    by (unfold Kinks.signs_are; rewrite (stands_values p x X); exact S).
  rewrite (bends_if_weights F whole whole_fits x ss m k r Sx M Ir).
  - symmetry. apply (kinks_weights F whole whole_fits _ k ss b); auto. now apply pattern_of_signs.
  - apply (facet_gradient F whole net domain whole_fits fits) with (p := p) (ss := ss) (j := m) (kj := k);
      auto. intro u. destruct (stands_exist u) as (y & Y). eauto. Qed.

Theorem facet_bends_evenly p p' x x' : in_domain p -> codimension 1 p -> in_domain p' ->
  same_signs p p' -> stands p x -> stands p' x' -> (bends_at F whole x <-> bends_at F whole x').
Proof.
  intros D C D' Same X X'. destruct (signs_exist F net p) as (ss & S).
  destruct (signs_exist F net p') as (ss' & S').
  rewrite <- (proj1 (same_signs_iff F net p p' ss ss' S S') Same) in S'.
  destruct (facet_bends p' ss S' D' (codimension_same F net domain 1 p p' Same C))
    as (m' & k' & b' & M' & _ & N' & K' & _ & B').
  destruct (facet_bends p ss S D C) as (m1 & k1 & b1 & M1 & _ & N1 & K1 & _ & B1).
  rewrite N1 in N'. inversion N'. subst k'. rewrite K1 in K'. inversion K'. subst b'.
  now rewrite (B1 x X), (B' x' X'). Qed.

Theorem piece_iff i p ss : signs_are p ss -> in_domain p -> codimension 1 p ->
  (piece i p <-> In (code ss, N.of_nat i) ps).
Proof.
  intros S D C. destruct (facet_bends p ss S D C) as (m & k & b & M & Lm & Nn & K & B & Bend). split.
  - intros (_ & _ & L & Z & H). apply (z_null p ss i S L) in Z. apply (proj2 M) in Z. subst i.
    destruct (stands_exist p) as (x & X). apply B. apply (Bend x X). auto.
  - intro In_. destruct (pieces_of_spec _ _ _ _ pieces) as (P1 & _).
    destruct (P1 _ _ In_) as (ss' & k' & _ & E & Nn' & K'). apply code_injective in E. subst ss'.
    rewrite Nn in Nn'. inversion Nn'. subst k'. assert (i = m) by lia. subst i.
    rewrite K in K'. inversion K'. subst b. repeat split; auto.
    + apply (z_null p ss m S Lm). apply M.
    + intros x X. now apply (Bend x X). Qed.

(** Each code is that of a piece, and each piece has a code. *)
Lemma code_point c i : In (c, N.of_nat i) ps -> exists p ss, piece i p /\ signs_are p ss /\ c = code ss.
Proof.
  intro I. destruct (pieces_of_spec _ _ _ _ pieces) as (P1 & _).
  destruct (P1 _ _ I) as (ss & k & Is & -> & _). destruct (fs_face _ all_seen _ _ Is) as (p & D & C & S).
  exists p, ss. split; auto. now apply (piece_iff i p ss). Qed.

Lemma piece_code i p : piece i p -> exists ss, signs_are p ss /\ In (code ss, N.of_nat i) ps.
Proof. intro P. destruct (signs_exist F net p) as (ss & S). exists ss. split; auto.
  apply (piece_iff i p ss); auto; apply P. Qed.

Lemma codes_once : NoDup (map fst ps).
Proof. destruct (pieces_of_spec _ _ _ _ pieces) as (_ & _ & P3). apply P3, (fs_once _ all_seen). Qed.

Theorem pieces_counted i : has_pieces F whole net domain stands i
  (count_of (N.of_nat i) (tallied (fun _ => true) ps)).
Proof.
  set (mine := filter (fun q => N.eqb (N.of_nat i) (snd q)) ps).
  assert (Mine : forall q, In q mine <-> In q ps /\ snd q = N.of_nat i).
  { intro q. unfold mine. rewrite filter_In, N.eqb_eq. intuition. }
  destruct (choose_points (fun q p => piece i p /\ exists ss, signs_are p ss /\ fst q = code ss) mine)
    as (pts & M).
  { intros [c j] I. apply Mine in I as [I E]. simpl in E. subst j.
    destruct (code_point c i I) as (p & ss & P & S & E). exists p. split; eauto. }
  exists pts. split; [|split; [|split]].
  - rewrite tallied_count, filter_all. fold mine. now rewrite (forall2_length _ _ _ M).
  - intros p I. apply In_nth_error in I as [n I]. destruct (forall2_nth_back _ _ _ M n p I) as (q & _ & H).
    apply H.
  - apply (different_points _ _ _ _) with (2 := nodup_filter fst _ ps codes_once) (3 := M).
    intros q q' p p' _ _ (_ & ss & S & E) (_ & ss' & S' & E') N Same. apply N. rewrite E, E'.
    f_equal. now apply (same_signs_iff F net p p' ss ss' S S').
  - intros p P. destruct (piece_code i p P) as (ss & S & I).
    assert (Q : In (code ss, N.of_nat i) mine) by (apply Mine; auto).
    apply In_nth_error in Q as [n Q]. destruct (forall2_nth _ _ _ M n _ Q) as (p' & P' & _ & ss' & S' & E).
    exists p'. split; [now apply nth_error_In in P'|]. apply (same_signs_iff F net p p' ss ss' S S').
    now apply code_injective. Qed.

(** *** Ridges and the pieces beside them *)

Lemma ridge_signs q : ridge F net domain q -> exists sq a b, signs_are q sq /\ In (2%N, sq) seen /\
  nulls 0 sq = [a; b].
Proof. intros [D C]. destruct (signs_exist F net q) as (sq & S).
  pose proof (fs_all _ all_seen 2 q sq (or_intror eq_refl) D C S) as I.
  pose proof (fs_null _ all_seen _ _ I) as L.
  destruct (nulls 0 sq) as [|a [|b [|]]] eqn:E; simpl in L; try lia. exists sq, a, b. auto. Qed.

Lemma seen_ridge n sq a b : In (n, sq) seen -> nulls 0 sq = [a; b] ->
  exists q, ridge F net domain q /\ signs_are q sq.
Proof. intros I E. pose proof (fs_null _ all_seen _ _ I) as L. rewrite E in L. simpl in L.
  destruct (fs_face _ all_seen _ _ I) as (q & D & C & S). exists q. split; auto. split; auto.
  now replace 2%N with n by lia. Qed.

(** A piece that is known beside a ridge is one that the ridge bounds. *)
Lemma beside_piece q sq a b s : ridge F net domain q -> signs_are q sq -> two_null sq a b -> s <> Null ->
  NumberMap.mem (code (with_sign (N.of_nat b) s sq)) (code_set ps) = true ->
  exists p, piece a p /\ signs_are p (with_sign (N.of_nat b) s sq) /\ z_of b p <> 0 /\ reaches p q.
Proof.
  intros [Dq Cq] Sq Two N M. apply known_spec in M as (j & M).
  destruct (beside_null sq a b s Two N) as [On Nb].
  destruct (pieces_of_spec _ _ _ _ pieces) as (P1 & _).
  destruct (P1 _ _ M) as (ss & k & Is & E & Nn & _). apply code_injective in E. subst ss.
  destruct (null_neuron_spec _ _ _ _ _ Nn) as (m & r & Ej & Nm & _). apply (proj2 On) in Nm. subst m.
  rewrite N.add_0_l in Ej. subst j.
  destruct (fs_face _ all_seen _ _ Is) as (p & D & C & S). exists p.
  split; [now apply (piece_iff a p _ S D C)|]. split; auto. split.
  - now apply (z_not_null p _ b s S).
  - apply below_reaches; auto. intros k' r' s' I N' H. apply In_nth_error in I as [i I].
    destruct (signs_are_nth F net q sq i k' r' Sq I) as (t & T & Ht).
    rewrite (sign_unique F _ _ _ Ht H) in T.
    destruct (signs_are_nth F net p _ i k' r' S I) as (t' & T' & Ht').
    rewrite with_sign_nth, Nat2N.id in T'. destruct (Nat.eqb_spec i b) as [->|D'].
    + rewrite (proj2 (proj2 Two b) (or_intror eq_refl)) in T. congruence.
    + rewrite T in T'. inversion T'. now subst. Qed.

(** A piece that a ridge bounds is of a neuron that is 0 there, and known beside it. *)
Lemma bounded_piece q sq a b i p sp : signs_are q sq -> two_null sq a b -> piece i p -> reaches p q ->
  signs_are p sp ->
  (i = a /\ exists s, s <> Null /\ sp = with_sign (N.of_nat b) s sq) \/
  (i = b /\ exists s, s <> Null /\ sp = with_sign (N.of_nat a) s sq).
Proof.
  intros Sq Two P R Sp. destruct P as (D & C & L & Z & _).
  destruct (facet_null sp) as (m & M).
  { exact (fs_all _ all_seen 1 p sp (or_introl eq_refl) D C Sp). }
  apply (z_null p sp i Sp L) in Z. apply (proj2 M) in Z as Em. subst m.
  assert (W : forall n s, s <> Null -> nth_error sq n = Some s -> nth_error sp n = Some s).
  { intros n s N E. destruct (signs_are_neuron F net q sq n s Sq E) as (k & r & I & H).
    destruct (signs_are_nth F net p sp n k r Sp I) as (t & T & Ht). rewrite T. f_equal.
    apply (sign_unique F _ _ _ Ht). now apply (reaches_signs F net domain fits p q k r s R (nth_error_In _ _ I)). }
  assert (Len : length sp = length sq)
    by (now rewrite (signs_length F net p sp Sp), (signs_length F net q sq Sq)).
  assert (Nq : nth_error sq i = Some Null).
  { destruct (nth_error sq i) as [s|] eqn:E.
    - assert (O : s = Null \/ s <> Null) by (destruct s; [right|right|left]; congruence).
      destruct O as [->|O]; auto. apply (W i s O) in E. congruence.
    - apply nth_error_None in E. assert (N : nth_error sp i <> None) by congruence.
      apply nth_error_Some in N. lia. }
  apply (proj2 Two) in Nq as [-> | ->]; [left|right]; split; auto.
  - destruct (beside_signs sq sp a b Two Len M W) as (s & N & E & _). eauto.
  - destruct (beside_signs sq sp b a (two_null_sym _ _ _ Two) Len M W) as (s & N & E & _). eauto. Qed.

Lemma piece_known i p sp : piece i p -> signs_are p sp -> NumberMap.mem (code sp) (code_set ps) = true.
Proof. intros P S. apply known_spec. exists (N.of_nat i). apply (piece_iff i p sp); auto; apply P. Qed.

(** *** Components *)

Local Notation edges := (edges_of (code_set ps) seen).

Lemma connected_refl i p : piece i p -> connected i p p.
Proof. intro P. apply connected_same; auto. apply same_signs_refl. Qed.

Lemma connected_pieces i p p' : connected i p p' -> piece i p /\ piece i p'.
Proof. induction 1; tauto. Qed.

(** Pieces that a ridge joins have codes that edges connect. *)
Lemma joined_linked i p p' sp sp' : piece i p -> piece i p' -> joined F net domain p p' ->
  signs_are p sp -> signs_are p' sp' -> linked edges (code sp) (code sp').
Proof.
  intros P P' (q & Q & R & R') S S'. destruct (ridge_signs q Q) as (sq & a & b & Sq & Iq & E).
  destruct (two_nulls sq a b E) as [_ Two].
  assert (Both : forall c d, two_null sq c d ->
    (forall e, In e (edge (beside (code_set ps) sq (N.of_nat d))) -> In e edges) ->
    (exists s, s <> Null /\ sp = with_sign (N.of_nat d) s sq) ->
    (exists s, s <> Null /\ sp' = with_sign (N.of_nat d) s sq) -> linked edges (code sp) (code sp')).
  { intros c d _ In_ (s & N & Es) (s' & N' & Es').
    pose proof (piece_known i p sp P S) as K. pose proof (piece_known i p' sp' P' S') as K'.
    destruct s, s'; try congruence; subst sp sp'; try apply linked_refl.
    - apply linked_edge, In_. now apply edge_spec.
    - apply linked_sym, linked_edge, In_. now apply edge_spec. }
  destruct (bounded_piece q sq _ _ i p sp Sq Two P R S) as [[Ei H]|[Ei H]];
    destruct (bounded_piece q sq _ _ i p' sp' Sq Two P' R' S') as [[Ei' H']|[Ei' H']];
    try (destruct Two as [Ne _]; congruence).
  - apply (Both _ _ Two); auto. intros e Ie. apply edges_spec. exists 2%N, sq, a, b.
    rewrite N2Nat.id in Ie. auto.
  - apply (Both _ _ (two_null_sym _ _ _ Two)); auto. intros e Ie. apply edges_spec. exists 2%N, sq, a, b.
    rewrite N2Nat.id in Ie. auto. Qed.

Lemma connected_linked i p p' : connected i p p' -> forall sp sp', signs_are p sp -> signs_are p' sp' ->
  linked edges (code sp) (code sp').
Proof.
  intro H. induction H as [p p' P P' E|p p' P P' J|p p' p'' H1 IH1 _ IH2]; intros sp sp' S S'.
  - rewrite (proj1 (same_signs_iff F net p p' sp sp' S S') E). apply linked_refl.
  - now apply (joined_linked i p p').
  - destruct (signs_exist F net p') as (s & Sm). apply (linked_trans _ _ (code s)); auto. Qed.

(** Conversely an edge joins two pieces of one neuron's boundary. *)
Lemma edge_joined c d : In (c, d) edges -> exists i p p' sp sp', piece i p /\ piece i p' /\
  joined F net domain p p' /\ joined F net domain p' p /\
  signs_are p sp /\ signs_are p' sp' /\ c = code sp /\ d = code sp'.
Proof.
  intro I. apply edges_spec in I as (n & sq & a & b & Iq & E & I).
  destruct (two_nulls sq a b E) as [_ Two]. destruct (seen_ridge n sq a b Iq E) as (q & Q & Sq).
  assert (Both : forall m l, two_null sq m l -> In (c, d) (edge (beside (code_set ps) sq (N.of_nat l))) ->
    exists i p p' sp sp', piece i p /\ piece i p' /\ joined F net domain p p' /\
    joined F net domain p' p /\ signs_are p sp /\ signs_are p' sp' /\ c = code sp /\ d = code sp').
  { intros m l T H. apply edge_spec in H as (Ec & Ed & Kc & Kd). rewrite Ec in Kc. rewrite Ed in Kd.
    destruct (beside_piece q sq m l Plus Q Sq T ltac:(discriminate) Kc) as (p & P & S & _ & R).
    destruct (beside_piece q sq m l Minus Q Sq T ltac:(discriminate) Kd) as (p' & P' & S' & _ & R').
    exists m, p, p', (with_sign (N.of_nat l) Plus sq), (with_sign (N.of_nat l) Minus sq).
    split; auto. split; auto. split; [exists q; auto|]. split; [exists q; auto|]. auto. }
  destruct I as [I|I].
  - apply (Both _ _ Two). now rewrite N2Nat.id.
  - apply (Both _ _ (two_null_sym _ _ _ Two)). now rewrite N2Nat.id. Qed.

(** Pieces with the same signs are of the same neuron, and connected. *)
Lemma same_code i j p q sp sq : piece i p -> piece j q -> signs_are p sp -> signs_are q sq ->
  code sp = code sq -> i = j /\ connected i p q.
Proof.
  intros P Q Sp Sq E. apply code_injective in E. subst sq.
  destruct (facet_null sp) as (m & M).
  { exact (fs_all _ all_seen 1 p sp (or_introl eq_refl) (proj1 P) (proj1 (proj2 P)) Sp). }
  assert (E : i = j).
  { destruct P as (_ & _ & L & Z & _), Q as (_ & _ & L' & Z' & _).
    apply (z_null p sp i Sp L) in Z. apply (z_null q sp j Sq L') in Z'.
    now rewrite (proj2 M i Z), (proj2 M j Z'). }
  subst j. split; auto. apply connected_same; auto. now apply (same_signs_iff F net p q sp sp). Qed.

(** So what edges connect with a piece are pieces connected with it. *)
Lemma linked_connected c d : linked edges c d ->
  (forall i p sp, piece i p -> signs_are p sp -> c = code sp ->
     exists p' sp', signs_are p' sp' /\ d = code sp' /\ connected i p p') /\
  (forall i p sp, piece i p -> signs_are p sp -> d = code sp ->
     exists p' sp', signs_are p' sp' /\ c = code sp' /\ connected i p p').
Proof.
  intro H. induction H as [c d I|c|c d _ [I1 I2]|c d e _ [I1 I2] _ [J1 J2]].
  - destruct (edge_joined c d I) as (j & q & q' & sq & sq' & Q & Q' & J & J' & Sq & Sq' & -> & ->).
    split; intros i p sp P S E.
    + destruct (same_code i j p q sp sq P Q S Sq (eq_sym E)) as [-> K]. exists q', sq'.
      split; auto. split; auto. apply (connected_further _ _ _ _ _ j p q q'); auto.
      now apply connected_joined.
    + destruct (same_code i j p q' sp sq' P Q' S Sq' (eq_sym E)) as [-> K]. exists q, sq.
      split; auto. split; auto. apply (connected_further _ _ _ _ _ j p q' q); auto.
      now apply connected_joined.
  - split; intros i p sp P S E; exists p, sp; split; auto; split; auto; now apply connected_refl.
  - auto.
  - split; intros i p sp P S E.
    + destruct (I1 i p sp P S E) as (p1 & s1 & S1 & E1 & K1).
      destruct (J1 i p1 s1 (proj2 (connected_pieces _ _ _ K1)) S1 E1) as (p2 & s2 & S2 & E2 & K2).
      exists p2, s2. split; auto. split; auto. now apply (connected_further _ _ _ _ _ i p p1 p2).
    + destruct (J2 i p sp P S E) as (p1 & s1 & S1 & E1 & K1).
      destruct (I2 i p1 s1 (proj2 (connected_pieces _ _ _ K1)) S1 E1) as (p2 & s2 & S2 & E2 & K2).
      exists p2, s2. split; auto. split; auto. now apply (connected_further _ _ _ _ _ i p p1 p2). Qed.

Theorem components_counted f i : forest_of ps edges = Some f ->
  has_components F whole net domain stands i
    (count_of (N.of_nat i) (tallied (fun q => is_root f (fst q)) ps)).
Proof.
  intro Fo. apply forest_joins in Fo.
  assert (Root : forall c, is_root f c = true <-> NumberMap.find c f = None).
  { intro c. unfold is_root. rewrite NumberFacts.mem_find_b. destruct (NumberMap.find c f); simpl;
      split; congruence. }
  set (roots := filter (fun q => is_root f (fst q)) ps).
  set (mine := filter (fun q => N.eqb (N.of_nat i) (snd q)) roots).
  assert (Mine : forall q, In q mine <-> In q ps /\ NumberMap.find (fst q) f = None /\ snd q = N.of_nat i).
  { intro q. unfold mine, roots. rewrite !filter_In, N.eqb_eq, Root. intuition. }
  destruct (choose_points (fun q p => piece i p /\ exists ss, signs_are p ss /\ fst q = code ss) mine)
    as (pts & M).
  { intros [c j] I. apply Mine in I as (I & _ & E). simpl in E. subst j.
    destruct (code_point c i I) as (p & ss & P & S & E). exists p. split; eauto. }
  exists pts. split; [|split; [|split]].
  - rewrite tallied_count. fold roots. fold mine. now rewrite (forall2_length _ _ _ M).
  - intros p I. apply In_nth_error in I as [n I]. destruct (forall2_nth_back _ _ _ M n p I) as (q & _ & H).
    apply H.
  - apply (different_points _ _ _ _) with (2 := nodup_filter fst _ roots (nodup_filter fst _ ps codes_once))
      (3 := M).
    intros q q' p p' I I' (_ & ss & S & E) (_ & ss' & S' & E') N K. apply N.
    apply Mine in I as (_ & Rq & _). apply Mine in I' as (_ & Rq' & _).
    apply (roots_apart edges f); auto. rewrite E, E'. exact (connected_linked i p p' K ss ss' S S').
  - intros p P. destruct (piece_code i p P) as (ss & S & I).
    destruct (linked_to_root edges f (code ss) Fo) as (r & R & Lk).
    destruct (proj1 (linked_connected _ _ Lk) i p ss P S eq_refl) as (p1 & s1 & S1 & E1 & K1).
    destruct (connected_pieces _ _ _ K1) as [_ P1].
    assert (Q : In (r, N.of_nat i) mine).
    { apply Mine. split; [|auto]. rewrite E1. apply (piece_iff i p1 s1 S1); auto; apply P1. }
    apply In_nth_error in Q as [n Q]. destruct (forall2_nth _ _ _ M n _ Q) as (p' & P' & Pc & ss' & S' & E).
    exists p'. split; [now apply nth_error_In in P'|].
    apply (connected_further _ _ _ _ _ i p p1 p'); auto. apply connected_same; auto.
    apply (same_signs_iff F net p1 p' s1 ss' S1 S'). apply code_injective. simpl in E. congruence. Qed.

(** *** Meetings *)

Theorem meetings_right i j : In (N.of_nat i, N.of_nat j) (meetings_of (code_set ps) seen) <->
  (i < j)%nat /\ meet F whole net domain stands i j.
Proof.
  rewrite meetings_spec. split.
  - intros (n & sq & Iq & E & (c & C) & (d & D)). destruct (two_nulls sq _ _ E) as [Lt Two].
    rewrite !Nat2N.id in Two. split; [lia|]. destruct (seen_ridge n sq _ _ Iq E) as (q & Q & Sq).
    apply beside_spec in C as (s & N & -> & K). apply beside_spec in D as (s' & N' & -> & K').
    destruct (beside_piece q sq i j s Q Sq Two N K) as (p & P & _ & Z & R).
    destruct (beside_piece q sq j i s' Q Sq (two_null_sym _ _ _ Two) N' K') as (p' & P' & _ & Z' & R').
    exists q, p, p'. auto 8.
  - intros [Lt (q & p & p' & Q & P & Z & R & P' & Z' & R')].
    destruct (ridge_signs q Q) as (sq & a & b & Sq & Iq & E). destruct (two_nulls sq a b E) as [Lab Two].
    destruct (signs_exist F net p) as (sp & S). destruct (signs_exist F net p') as (sp' & S').
    assert (Ab : N.of_nat i = a /\ N.of_nat j = b /\
      (exists s, s <> Null /\ sp = with_sign b s sq) /\ exists s, s <> Null /\ sp' = with_sign a s sq).
    { destruct (bounded_piece q sq _ _ i p sp Sq Two P R S) as [[Ei H]|[Ei H]];
        destruct (bounded_piece q sq _ _ j p' sp' Sq Two P' R' S') as [[Ej H']|[Ej H']];
        rewrite ?N2Nat.id in *; try lia. repeat split; auto; lia. }
    destruct Ab as (Ea & Eb & (s & N & Es) & (s' & N' & Es')). exists 2%N, sq. split; auto.
    rewrite Ea, Eb. split; auto. split.
    + exists (code sp). apply beside_spec. exists s. subst sp. repeat split; auto.
      now apply (piece_known i p).
    + exists (code sp'). apply beside_spec. exists s'. subst sp'. repeat split; auto.
      now apply (piece_known j p'). Qed.

End Given.
End Concluded.
