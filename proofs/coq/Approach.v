(** * Points on the border of cells: what a tree without walls says of them (format, section 11)

    A tree of depth 0 leaves out the points where a neuron that is split is 0.  Such a point is the end
    of a segment that lies in a cell of the tree.  The segment is turned a little at each split that
    is 0 on all of it, so one of the leaves holds a segment too; and what holds on it, if it is said
    with >= 0 of the network's values, holds at its end, where these are continuous. *)

From ExactRev Require Export Regions.
Require Import Lia.

(** The cells still to do, after a step on the first of them. *)
Definition descend (ctx : setting) (todo : list cell) (s : tree_step) : option (list cell) :=
  match todo with
  | [] => None
  | c :: rest =>
      match step_cell ctx c s with
      | Some (cs, None) => Some (cs ++ rest)
      | _ => None
      end
  end.

Lemma decide_walls ctx c n f rest s ws pos c' : decide ctx c n f rest s ws pos = Some c' -> walls c' = ws.
Proof. unfold decide, refresh. simpl. destruct rest, (later c); intro H.
  - now inversion H.
  - destruct (open_layer _ _); [now inversion H|discriminate].
  - now inversion H.
  - now inversion H. Qed.

Section Soundness.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation Z_ := (@of_Z F).

(** ** Functions that change little along short segments *)

Definition steady (g : list F -> F) : Prop := forall x d, exists L, 0 <= L /\
  forall t, 0 <= t -> within (g (moved x t d) - g x) (t * L).

Lemma steady_constant a : steady (fun _ => a).
Proof. intros x d. exists 0. split; [apply le_refl|]. intros t _.
  replace (a - a) with (0 : F) by ring. replace (t * 0) with (0 : F) by ring.
  apply within_zero, le_refl. Qed.

Lemma steady_sum g h : steady g -> steady h -> steady (fun x => g x + h x).
Proof. intros G H x d. destruct (G x d) as (L & L0 & A), (H x d) as (M & M0 & B).
  exists (L + M). split; [now apply add_nonneg|]. intros t T.
  replace (g (moved x t d) + h (moved x t d) - (g x + h x))
    with ((g (moved x t d) - g x) + (h (moved x t d) - h x)) by ring.
  replace (t * (L + M)) with (t * L + t * M) by ring. apply within_add; auto. Qed.

Lemma steady_opposite g : steady g -> steady (fun x => - g x).
Proof. intros G x d. destruct (G x d) as (L & L0 & A). exists L. split; auto. intros t T.
  replace (- g (moved x t d) - - g x) with (- (g (moved x t d) - g x)) by ring.
  apply within_opp. auto. Qed.

Lemma steady_nonneg_multiple c g : 0 <= c -> steady g -> steady (fun x => c * g x).
Proof. intros C G x d. destruct (G x d) as (L & L0 & A). exists (c * L).
  split; [now apply mul_nonneg|]. intros t T.
  replace (c * g (moved x t d) - c * g x) with (c * (g (moved x t d) - g x)) by ring.
  replace (t * (c * L)) with (c * (t * L)) by ring. apply within_scale; auto. Qed.

Lemma steady_agree g h : (forall x, g x = h x) -> steady g -> steady h.
Proof. intros E G x d. destruct (G x d) as (L & L0 & A). exists L. split; auto. intros t T.
  rewrite <- !E. auto. Qed.

Lemma steady_multiple c g : steady g -> steady (fun x => c * g x).
Proof. intro G. destruct (le_total F 0 c) as [C|C].
  - now apply steady_nonneg_multiple.
  - apply opp_nonneg in C. apply (steady_agree (fun x => - c * - g x)); [intro; ring|].
    apply steady_nonneg_multiple; auto. now apply steady_opposite. Qed.

Lemma steady_relu g : steady g -> steady (fun x => relu (g x)).
Proof. intros G x d. destruct (G x d) as (L & L0 & A). exists L. split; auto. intros t T.
  specialize (A t T). generalize dependent (g (moved x t d)). intro a. generalize (g x). intros b [H K].
  assert (N : 0 <= t * L) by now apply mul_nonneg.
  destruct (le_total F 0 a) as [Pa|Pa]; destruct (le_total F 0 b) as [Pb|Pb];
    rewrite ?(relu_of_nonneg F a), ?(relu_of_nonneg F b), ?(relu_of_nonpos F a),
      ?(relu_of_nonpos F b) by auto; try (split; assumption).
  - split.
    + apply (le_trans F _ (a - b)); auto. apply le_sub. replace (a - b - (a - 0)) with (- b) by ring.
      now apply opp_nonneg.
    + apply (le_trans F _ 0); auto. apply le_sub. now replace (0 - - (a - 0)) with a by ring.
  - split.
    + apply (le_trans F _ 0); auto. apply le_sub. now replace (0 - (0 - b)) with b by ring.
    + apply (le_trans F _ (- (a - b))); auto. apply le_sub.
      replace (- (a - b) - - (0 - b)) with (- a) by ring. now apply opp_nonneg.
  - replace (0 - 0) with (0 : F) by ring. now apply within_zero. Qed.

Lemma steady_coordinate i : steady (fun x => nth i x 0).
Proof. intros x d. set (a := nth i d 0).
  assert (B : exists b, 0 <= b /\ within a b).
  { destruct (le_total F 0 a) as [P|P].
    - exists a. split; auto. split; [apply le_refl|]. apply (le_trans F _ 0); auto.
      apply le_sub. now replace (0 - - a) with a by ring.
    - apply opp_nonneg in P. exists (- a). split; auto. split; [|apply le_refl].
      apply (le_trans F _ 0); auto. apply le_sub. now replace (0 - a) with (- a) by ring. }
  destruct B as (b & B & W). exists b. split; auto. intros t T. rewrite moved_nth. fold a.
  replace (nth i x 0 + t * a - nth i x 0) with (t * a) by ring. now apply within_scale. Qed.

Lemma steady_terms {name} ts (v : list F -> name -> F) : (forall k, steady (fun x => v x k)) ->
  steady (fun x => sum_terms ts (v x)).
Proof. intro V. induction ts as [|[k c] ts IH]; simpl; [apply steady_constant|].
  apply (steady_sum (fun x => of_Q c * v x k)); auto. now apply steady_multiple. Qed.

Lemma steady_row r (v : list F -> valuation F) : (forall k, steady (fun x => v x k)) ->
  steady (fun x => row_value r (v x)).
Proof. intro V. unfold row_value. apply (steady_sum (fun _ => of_Q (bias r)));
    [apply steady_constant|].
  apply (steady_sum (fun x => sum_terms (inputs r) (fun i => v x (0%N, i)))).
  - now apply (steady_terms _ (fun x i => v x (0%N, i))).
  - now apply steady_terms. Qed.

Lemma steady_run layers : forall (vs : list F -> list (list F)) n, (forall x, length (vs x) = n) ->
  (forall k, steady (fun x => reading (vs x) k)) ->
  forall k, steady (fun x => reading (run F layers (vs x)) k).
Proof.
  induction layers as [|rows layers IH]; intros vs n L V k; simpl; auto.
  apply (IH (fun x => vs x ++ [map (fun r => relu (row_value r (reading (vs x)))) rows]) (S n)).
  { intro x. rewrite app_length, L. simpl. lia. }
  clear k. intro k. destruct (Nat.lt_trichotomy (N.to_nat (fst k)) n) as [A|[A|A]].
  - apply (steady_agree (fun x => reading (vs x) k)); auto. intro x. unfold reading.
    rewrite app_nth1; auto. now rewrite L.
  - destruct (nth_error rows (N.to_nat (snd k))) as [r|] eqn:E.
    + apply (steady_agree (fun x => relu (row_value r (reading (vs x))))).
      * intro x. unfold reading at 2. rewrite app_nth2, A, L, Nat.sub_diag by (rewrite L; lia). simpl.
        symmetry. apply nth_error_nth. now rewrite nth_error_map, E.
      * now apply steady_relu, steady_row.
    + apply (steady_agree (fun _ => 0)); [|apply steady_constant]. intro x. unfold reading.
      rewrite app_nth2, A, L, Nat.sub_diag by (rewrite L; lia). simpl. symmetry. apply nth_overflow.
      rewrite map_length. now apply nth_error_None.
  - apply (steady_agree (fun _ => 0)); [|apply steady_constant]. intro x. unfold reading.
    rewrite nth_overflow; [now destruct (N.to_nat (snd k))|].
    rewrite nth_overflow; [simpl; lia|]. rewrite app_length, L. simpl. lia. Qed.

(** The values of a network are continuous. *)
Lemma steady_values net k : steady (fun x => values_at net x k).
Proof. apply (steady_run (hidden net) (fun x => [x]) 1); auto. clear k. intros [l i].
  unfold reading. simpl. destruct (N.to_nat l) as [|[|m]].
  - apply steady_coordinate.
  - apply (steady_agree (fun _ => 0)); [now destruct (N.to_nat i)|apply steady_constant].
  - apply (steady_agree (fun _ => 0)); [now destruct (N.to_nat i)|apply steady_constant]. Qed.

Lemma steady_z net r : steady (z F net r).
Proof. apply (steady_row r (values_at net)). apply steady_values. Qed.

(** A steady function that is not negative near the end of a segment is not negative there. *)
Lemma steady_end g x d e : steady g -> 0 < e ->
  (forall t, 0 < t -> t <= e -> 0 <= g (moved x t d)) -> 0 <= g x.
Proof.
  intros G E H. destruct (le_or_lt F 0 (g x)) as [N|N]; auto. exfalso.
  destruct (G x d) as (L & L0 & A). set (a := - g x).
  assert (P : 0 < a) by now apply opp_pos.
  assert (Q : 0 < 1 + L) by (apply add_pos_nonneg; auto; apply one_pos).
  set (t0 := a * inv (1 + L)).
  assert (T0 : 0 < t0) by (apply mul_pos; auto; now apply inv_pos).
  assert (Eq : t0 * L = a - t0).
  { assert (M : t0 * (1 + L) = a).
    { unfold t0. replace (a * inv (1 + L) * (1 + L)) with (a * ((1 + L) * inv (1 + L))) by ring.
      rewrite inv_law by now apply pos_nonzero. ring. }
    rewrite <- M at 1. ring. }
  assert (K : exists t, 0 < t /\ t <= e /\ t <= t0).
  { destruct (le_total F t0 e); [exists t0|exists e]; repeat split; auto using le_refl. }
  destruct K as (t & T & Te & Tt). specialize (A t (lt_le F _ _ T)). destruct A as [A _].
  assert (B : t * L < a).
  { apply (le_lt_trans F _ (t0 * L)).
    - apply le_sub. apply le_sub in Tt. replace (t0 * L - t * L) with (L * (t0 - t)) by ring.
      now apply mul_nonneg.
    - rewrite Eq. apply lt_sub. now replace (a - (a - t0)) with t0 by ring. }
  apply (lt_irrefl F 0). apply (le_lt_trans F _ (g (moved x t d))); [now apply H|].
  apply (le_lt_trans F _ (g x + t * L)).
  - apply le_sub. apply le_sub in A.
    now replace (g x + t * L - g (moved x t d)) with (t * L - (g (moved x t d) - g x)) by ring.
  - apply lt_sub. apply lt_sub in B. now replace (0 - (g x + t * L)) with (a - t * L) by (unfold a; ring).
Qed.

(** ** Segments in cells *)

Variable ctx : setting.
Hypothesis scale_positive : (0 < scale ctx)%Z.
Hypothesis no_walls : depth ctx = 0%N.
Variable net : network.
Variable domain : list Forms.form.
Variable norm_row : N -> list F -> F.
Hypothesis norm_sound : norm_holds F ctx norm_row.
Hypothesis net_fits : network_fits net = true.

Local Notation in_domain := (in_domain F domain).
Local Notation in_cell := (in_cell F net domain).
Local Notation good := (good F ctx net domain norm_row).

(** [x] is the end of a segment in the cell. *)
Definition approached (c : cell) (x : list F) : Prop := exists d e, 0 < e /\
  forall t, 0 < t -> t <= e -> in_cell c (moved x t d).

Lemma approached_inside c x : in_cell c x -> approached c x.
Proof. intro X. exists [], 1. split; [apply one_pos|]. intros t _ _.
  replace (moved x t []) with x; auto. now destruct x. Qed.

Lemma approached_nonneg c x g : steady g -> (forall y, in_cell c y -> 0 <= g y) -> approached c x ->
  0 <= g x.
Proof. intros G H (d & e & E & S). apply (steady_end g x d e); auto. Qed.

Lemma approached_zero c x g : steady g -> (forall y, in_cell c y -> g y = 0) -> approached c x -> g x = 0.
Proof. intros G H A. apply le_antisym.
  - apply le_sub. replace (0 - g x) with (- g x) by ring.
    apply (approached_nonneg c x (fun y => - g y)); auto using steady_opposite.
    intros y Y. rewrite (H y Y). replace (- 0) with (0 : F) by ring. apply le_refl.
  - apply (approached_nonneg c x g); auto. intros y Y. rewrite (H y Y). apply le_refl. Qed.

Lemma along_moved f (d : list F) t d' : value f (along (moved d t d')) = value f (along d) + t * value f (along d').
Proof. rewrite <- value_linear. apply value_agree. intro k. unfold along.
  destruct (N.eqb k 0); [ring|]. apply moved_nth. Qed.

(** A sum that is positive for small positive [t]. *)
Lemma positive_near (a b e : F) : 0 < e -> (forall t, 0 < t -> t <= e -> 0 < a + t * b) ->
  0 < a \/ a = 0 /\ 0 < b.
Proof. intros E H. destruct (eq_or_neq F a 0) as [->|N].
  - right. split; auto. apply (mul_cancel_pos F e); auto.
    replace (e * b) with (0 + e * b) by ring. apply H; auto using le_refl.
  - left. destruct (le_or_lt F a 0) as [L|L]; auto. exfalso.
    assert (P : 0 < - a) by (apply opp_pos, le_neq_lt; auto).
    destruct (room F (- a) (- b) P) as (e' & E' & R).
    assert (K : exists t, 0 < t /\ t <= e /\ t <= e').
    { destruct (le_total F e e'); [exists e|exists e']; repeat split; auto using le_refl. }
    destruct K as (t & T & T1 & T2). specialize (H t T T1).
    assert (W : within t e').
    { split; auto. apply (le_trans F _ 0); [|now apply lt_le]. apply lt_le in T. apply le_sub.
      now replace (0 - - t) with t by ring. }
    specialize (R t W). apply (lt_irrefl F 0).
    replace (0 : F) with ((- a + t * - b) + (a + t * b)) at 2 by ring.
    apply add_pos_nonneg; auto. now apply lt_le. Qed.

(** A segment can be turned a little. *)
Lemma turned (x d d' : list F) (e : F) gs : 0 < e ->
  (forall t, 0 < t -> t <= e -> forall g, In g gs -> 0 < value g (at_point (moved x t d))) ->
  exists s, 0 < s /\ forall r, 0 < r -> r <= s -> exists e', 0 < e' /\
    forall t, 0 < t -> t <= e' -> forall g, In g gs -> 0 < value g (at_point (moved x t (moved d r d'))).
Proof.
  intros E H. induction gs as [|g gs IH].
  - exists 1. split; [apply one_pos|]. intros r _ _. exists 1. split; [apply one_pos|]. intros t _ _ g [].
  - destruct IH as (s1 & S1 & H1); [intros t T T' h I; apply H; auto; now right|].
    assert (W : forall t u : F, 0 < t -> t <= u -> within t u).
    { intros t u T U. split; auto. apply (le_trans F _ 0); [|now apply (le_trans F _ t); auto using lt_le].
      apply lt_le in T. apply le_sub. now replace (0 - - t) with t by ring. }
    assert (One : exists s2, 0 < s2 /\ forall r, 0 < r -> r <= s2 -> exists e', 0 < e' /\
      forall t, 0 < t -> t <= e' -> 0 < value g (at_point (moved x t (moved d r d')))).
    { destruct (positive_near (value g (at_point x)) (value g (along d)) e E) as [A|[A B]].
      - intros t T T'. rewrite <- at_moved. apply H; auto. now left.
      - exists 1. split; [apply one_pos|]. intros r _ _.
        destruct (room F _ (value g (along (moved d r d'))) A) as (e' & E' & R).
        exists e'. split; auto. intros t T T'. rewrite at_moved. apply R. auto.
      - destruct (room F _ (value g (along d')) B) as (s2 & S2 & R). exists s2. split; auto.
        intros r P P'. exists 1. split; [apply one_pos|]. intros t T _.
        rewrite at_moved, along_moved, A.
        replace (0 + t * (value g (along d) + r * value g (along d')))
          with (t * (value g (along d) + r * value g (along d'))) by ring.
        apply mul_pos; auto. }
    destruct One as (s2 & S2 & H2).
    assert (Min : forall a b : F, 0 < a -> 0 < b -> exists c, 0 < c /\ c <= a /\ c <= b).
    { intros a b A B. destruct (le_total F a b); [exists a|exists b]; repeat split; auto using le_refl. }
    destruct (Min s1 s2 S1 S2) as (s & S & L1 & L2). exists s. split; auto. intros r P P'.
    destruct (H1 r P (le_trans F _ _ _ P' L1)) as (e1 & E1 & K1).
    destruct (H2 r P (le_trans F _ _ _ P' L2)) as (e2 & E2 & K2).
    destruct (Min e1 e2 E1 E2) as (e' & E' & M1 & M2). exists e'. split; auto.
    intros t T T' h [<-|I]; [apply K2|apply K1]; auto; eapply le_trans; eauto. Qed.

Lemma split_approached c r n f rest ws on off x : good c -> walls c = [] ->
  pick_open r (opened c) = Some (n, f, rest) -> push [] f = Some ws ->
  decide ctx c n f rest On_ [] (f :: Cell.positive c) = Some on ->
  decide ctx c n f rest Off_ [] (times (-1) f :: Cell.positive c) = Some off ->
  approached c x -> approached on x \/ approached off x.
Proof.
  intros G W P Pu On Off (d & e & E & S).
  assert (Set_ : forall y, in_cell c y <-> forall g, In g (Cell.positive c) -> 0 < value g (at_point y)).
  { intro y. rewrite (g_set _ _ _ _ _ _ G), W. split; [tauto|]. intro H. split; auto. intros q []. }
  destruct (decide_good F ctx scale_positive net domain norm_row norm_sound net_fits c r n f rest On_ []
    (f :: Cell.positive c) on G P I) as [_ Ion]; [|exact On|].
  { intro y. rewrite Set_. simpl. split.
    - intros [A B]. split; [intros g [<-|K]; auto|intros q []].
    - intros [A _]. split; auto. }
  destruct (decide_good F ctx scale_positive net domain norm_row norm_sound net_fits c r n f rest Off_ []
    (times (-1) f :: Cell.positive c) off G P I) as [_ Ioff]; [|exact Off|].
  { intro y. rewrite Set_. simpl. split.
    - intros [A B]. split; [intros g [<-|K]; auto; rewrite times_minus_one; now apply opp_pos|intros q []].
    - intros [A _]. split; auto. specialize (A _ (or_introl eq_refl)).
      rewrite times_minus_one in A. apply lt_sub.
      now replace (0 - value f (at_point y)) with (- value f (at_point y)) by ring. }
  simpl in Ion, Ioff.
  (* it is enough to find a segment on which f is positive, or one on which it is negative *)
  assert (Enough : forall d' e', 0 < e' -> (forall t, 0 < t -> t <= e' -> in_cell c (moved x t d')) ->
    (0 < value f (at_point x) \/ value f (at_point x) < 0 \/
     value f (at_point x) = 0 /\ value f (along d') <> 0) -> approached on x \/ approached off x).
  { intros d' e' E' S' Cases.
    assert (K : exists e1, 0 < e1 /\ e1 <= e' /\
      ((forall t, 0 < t -> t <= e1 -> 0 < value f (at_point (moved x t d'))) \/
       (forall t, 0 < t -> t <= e1 -> value f (at_point (moved x t d')) < 0))).
    { assert (Min : forall a : F, 0 < a -> exists c, 0 < c /\ c <= e' /\ c <= a).
      { intros a A. destruct (le_total F a e'); [exists a|exists e']; repeat split; auto using le_refl. }
      assert (Wt : forall t u : F, 0 < t -> t <= u -> within t u).
      { intros t u T U. split; auto. apply (le_trans F _ 0); [|now apply (le_trans F _ t); auto using lt_le].
        apply lt_le in T. apply le_sub. now replace (0 - - t) with t by ring. }
      destruct Cases as [A|[A|[A B]]].
      - destruct (room F _ (value f (along d')) A) as (a & Pa & R). destruct (Min a Pa) as (e1 & X1 & X2 & X3).
        exists e1. repeat split; auto. left. intros t T T'. rewrite at_moved. apply R, Wt; auto.
        eapply le_trans; eauto.
      - apply opp_pos in A. destruct (room F _ (- value f (along d')) A) as (a & Pa & R).
        destruct (Min a Pa) as (e1 & X1 & X2 & X3). exists e1. repeat split; auto. right. intros t T T'.
        rewrite at_moved. apply lt_sub.
        replace (0 - (value f (at_point x) + t * value f (along d')))
          with (- value f (at_point x) + t * - value f (along d')) by ring.
        apply R, Wt; auto. eapply le_trans; eauto.
      - exists e'. split; auto. split; [apply le_refl|]. destruct (le_or_lt F 0 (value f (along d'))) as [L|L].
        + left. intros t T _. rewrite at_moved, A. apply (le_neq_lt F) in L; auto.
          replace (0 + t * value f (along d')) with (t * value f (along d')) by ring. now apply mul_pos.
        + right. intros t T _. rewrite at_moved, A. apply opp_pos in L. apply lt_sub.
          replace (0 - (0 + t * value f (along d'))) with (t * - value f (along d')) by ring.
          now apply mul_pos. }
    destruct K as (e1 & X1 & X2 & [K|K]); [left|right]; exists d', e1; split; auto; intros t T T';
      [apply Ion|apply Ioff]; split; auto; apply S'; auto; eapply le_trans; eauto. }
  destruct (eq_or_neq F (value f (at_point x)) 0) as [Z0|N0].
  - destruct (eq_or_neq F (value f (along d)) 0) as [D0|D0].
    + destruct (push_escape F [] f ws I Pu) as (d' & _ & D').
      destruct (turned x d d' e (Cell.positive c) E) as (s & S1 & K).
      { intros t T T'. exact (proj1 (Set_ (moved x t d)) (S t T T')). }
      destruct (K s S1 (le_refl F s)) as (e' & E' & K'). apply (Enough (moved d s d') e' E').
      * intros t T T'. apply Set_. now apply K'.
      * right. right. split; auto. rewrite along_moved, D0. intro Z.
        apply D'. apply (product_zero F s); [|now apply pos_nonzero].
        replace (s * value f (along d')) with (0 + s * value f (along d')) by ring. exact Z.
    + apply (Enough d e E S). auto.
  - apply (Enough d e E S). destruct (le_or_lt F 0 (value f (at_point x))) as [L|L]; auto.
    left. apply le_neq_lt; auto. Qed.

(** ** What a step does *)

Definition flat (c : cell) : Prop := good c /\ walls c = [].

Lemma step_approached c s cs : flat c -> step_cell ctx c s = Some (cs, None) ->
  (forall c', In c' cs -> flat c') /\
  forall x, approached c x -> exists c', In c' cs /\ approached c' x.
Proof.
  intros [G W] H.
  pose proof (step_cell_sound F ctx scale_positive net domain norm_row norm_sound net_fits c s cs None G H)
    as [Sg _ _ _ So Sn _].
  assert (Few : (forall c', In c' cs -> walls c' = []) -> (exists c', cs = [c']) \/ cs = [] ->
    (forall c', In c' cs -> flat c') /\ forall x, approached c x -> exists c', In c' cs /\ approached c' x).
  { intros Wc K. split; [intros c' I'; split; auto|]. intros x (d & e & E & S).
    destruct K as [[c' ->]| ->].
    - exists c'. split; [now left|]. exists d, e. split; auto.
    - exfalso. apply (Sn eq_refl eq_refl (moved x e d)). apply S; auto using le_refl. }
  destruct s as [r|r k e ps|r k e ps|r|e ps|q ps|sample]; simpl in H; [..|discriminate].
  - destruct (pick_open r (opened c)) as [[[n f] rest]|] eqn:P; [|discriminate]. rewrite W in H.
    destruct (push [] f) as [ws|] eqn:Pu; [|discriminate].
    destruct (decide _ _ _ _ _ On_ _ _) as [on|] eqn:On; [|discriminate].
    destruct (decide _ _ _ _ _ Off_ _ _) as [off|] eqn:Off; [|discriminate].
    rewrite no_walls in H. replace (N.ltb (wall_count c) 0) with false in H
      by (symmetry; apply N.ltb_ge; lia). inversion H. subst cs. split.
    + intros c' [<-|[<-|[]]]; (split; [apply Sg; simpl; auto|]);
        [exact (decide_walls _ _ _ _ _ _ _ _ _ On)|exact (decide_walls _ _ _ _ _ _ _ _ _ Off)].
    + intros x X. destruct (split_approached c r n f rest ws on off x G W P Pu On Off X);
        [exists on|exists off]; simpl; auto.
  - destruct (pick_open r (opened c)) as [[[n f] rest]|]; [|discriminate].
    destruct (_ && _); [|discriminate]. destruct (combined _ _ _ _ _ _) as [|]; [|discriminate].
    destruct (decide _ _ _ _ _ _ _ _) as [c'|] eqn:D; [|discriminate]. inversion H. subst cs.
    apply Few; eauto. intros c1 [<-|[]]. now rewrite (decide_walls _ _ _ _ _ _ _ _ _ D).
  - destruct (pick_open r (opened c)) as [[[n f] rest]|]; [|discriminate].
    destruct (_ && _); [|discriminate]. destruct (combined _ _ _ _ _ _) as [|]; [|discriminate].
    destruct (decide _ _ _ _ _ _ _ _) as [c'|] eqn:D; [|discriminate]. inversion H. subst cs.
    apply Few; eauto. intros c1 [<-|[]]. now rewrite (decide_walls _ _ _ _ _ _ _ _ _ D).
  - destruct (pick_open r (opened c)) as [[[n f] rest]|]; [|discriminate].
    destruct (is_zero _); [|discriminate].
    destruct (decide _ _ _ _ _ _ _ _) as [c'|] eqn:D; [|discriminate]. inversion H. subst cs.
    apply Few; eauto. intros c1 [<-|[]]. now rewrite (decide_walls _ _ _ _ _ _ _ _ _ D).
  - destruct (combined _ _ _ _ _ _) as [[re st]|]; [|discriminate].
    destruct (_ || _); [|discriminate]. inversion H. subst cs. apply Few; auto. intros ? [].
  - destruct (_ && _); discriminate. Qed.

(** Every point of a set is approached from a cell that is still to do, or is done with. *)
Definition covers (todo : list cell) (start done : list F -> Prop) : Prop :=
  (forall c, In c todo -> flat c) /\
  forall x, start x -> (exists c, In c todo /\ approached c x) \/ done x.

Lemma descend_covers todo s todo' start done : covers todo start done ->
  descend ctx todo s = Some todo' -> covers todo' start done.
Proof.
  intros [Fl C] H. unfold descend in H. destruct todo as [|c rest]; [discriminate|].
  destruct (step_cell ctx c s) as [[cs [leaf|]]|] eqn:S; try discriminate. inversion H. subst todo'.
  destruct (step_approached c s cs (Fl c (or_introl eq_refl)) S) as [Fs As]. split.
  - intros c' I. apply in_app_or in I as [I|I]; auto. apply Fl. now right.
  - intros x X. destruct (C x X) as [(c' & [<-|I] & A)|D]; auto; left.
    + destruct (As x A) as (c1 & I1 & A1). exists c1. split; auto. apply in_or_app. auto.
    + exists c'. split; auto. apply in_or_app. auto. Qed.

(** A leaf: what is done grows by the points approached from its cell. *)
Lemma leaf_covers c rest start (done done' : list F -> Prop) : covers (c :: rest) start done ->
  (forall x, done x -> done' x) -> (forall x, flat c -> approached c x -> done' x) ->
  covers rest start done'.
Proof. intros [Fl C] D L. split; [intros c' I; apply Fl; now right|].
  intros x X. destruct (C x X) as [(c' & [<-|I] & A)|K]; auto; [|left; eauto].
  right. apply L; auto. apply Fl. now left. Qed.

End Soundness.
