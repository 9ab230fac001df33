(** * Trees of cells: every point of the domain lies in a leaf (format, sections 9 and 10) *)

From ExactRev Require Export Cell.
Require Import Lia.

(** ** The steps *)

Inductive tree_step :=
  | Split (r : N)
  | DecideOn (r : N) (c e : Z) (ps : list (N * Z))
  | DecideOff (r : N) (c e : Z) (ps : list (N * Z))
  | IsZero (r : N)
  | Empty (e : Z) (ps : list (N * Z))
  | Sample (q : Z) (ps : list Z)            (* the step [cell], in the coordinates of the slice *)
  | Skip (sample : option (Z * list Z)).    (* the step [open]: a leaf of which nothing is claimed *)

Fixpoint integer_value (f : Forms.form) (y : list Z) : Z :=
  match f, y with a :: f, b :: y => (a * b + integer_value f y)%Z | _, _ => 0%Z end.

(** The point [ps / q] is in the cell. *)
Definition holds_sample (ce : cell) (q : Z) (ps : list Z) : bool :=
  Z.ltb 0 q &&
  forallb (fun f => Z.ltb 0 (integer_value f (q :: ps))) (positive ce) &&
  forallb (fun w => Z.eqb 0 (integer_value (snd w) (q :: ps))) (walls ce).

Definition nothing_left {A B} (l : list A) (m : list B) : bool :=
  match l, m with [], [] => true | _, _ => false end.

Definition wall_count (ce : cell) : N := N.of_nat (length (walls ce)).

(** The children of a cell, in the order of the file; and the codimension, if it is a face. *)
Definition step_cell (ctx : setting) (ce : cell) (s : tree_step) : option (list cell * option N) :=
  match s with
  | Split r =>
      match pick_open r (opened ce) with
      | Some (n, f, rest) =>
          match push (walls ce) f,
                decide ctx ce n f rest On_ (walls ce) (f :: positive ce),
                decide ctx ce n f rest Off_ (walls ce) (times (-1) f :: positive ce) with
          | Some ws, Some on, Some off =>
              if N.ltb (wall_count ce) (depth ctx) then
                match decide ctx ce n f rest Wall_ ws (positive ce) with
                | Some wall => Some ([wall; on; off], None)
                | None => None
                end
              else Some ([on; off], None)
          | _, _, _ => None
          end
      | None => None
      end
  | DecideOn r c e ps =>
      match pick_open r (opened ce) with
      | Some (n, f, rest) =>
          if Z.ltb 0 c && negb (is_zero (reduced (walls ce) f)) then
            match combined ctx ce c f e ps with
            | Some _ => option_map (fun c' => ([c'], None))
                          (decide ctx ce n f rest On_ (walls ce) (positive ce))
            | None => None
            end
          else None
      | None => None
      end
  | DecideOff r c e ps =>
      match pick_open r (opened ce) with
      | Some (n, f, rest) =>
          if Z.ltb 0 c && negb (is_zero (reduced (walls ce) f)) then
            match combined ctx ce (- c) f e ps with
            | Some _ => option_map (fun c' => ([c'], None))
                          (decide ctx ce n f rest Off_ (walls ce) (positive ce))
            | None => None
            end
          else None
      | None => None
      end
  | IsZero r =>
      match pick_open r (opened ce) with
      | Some (n, f, rest) =>
          if is_zero (reduced (walls ce) f) then
            option_map (fun c' => ([c'], None))
              (decide ctx ce n f rest Zero_ (walls ce) (positive ce))
          else None
      | None => None
      end
  | Empty e ps =>
      match combined ctx ce 0 [] e ps with
      | Some (rest, strict) => if Z.ltb 0 rest || strict then Some ([], None) else None
      | None => None
      end
  | Sample q ps =>
      if nothing_left (opened ce) (later ce) && holds_sample ce q ps
      then Some ([], Some (wall_count ce)) else None
  | Skip _ => None
  end.

(** The cells still to do, the faces found by codimension, the number of leaves left open. *)
Record tree := Tree { todo : list cell; counts : NumberMap.t N; skipped : N }.

Definition count_of (i : N) (m : NumberMap.t N) : N :=
  match NumberMap.find i m with Some n => n | None => 0%N end.

Definition tree_take (ctx : setting) (t : tree) (s : tree_step) : option tree :=
  match todo t with
  | [] => None
  | ce :: rest =>
      match s with
      | Skip sample =>
          if match sample with Some (q, ps) => holds_sample ce q ps | None => true end
          then Some (Tree rest (counts t) (N.succ (skipped t))) else None
      | _ =>
          match step_cell ctx ce s with
          | Some (children, leaf) =>
              Some (Tree (children ++ rest)
                (match leaf with
                 | Some i => NumberMap.add i (N.succ (count_of i (counts t))) (counts t)
                 | None => counts t
                 end) (skipped t))
          | None => None
          end
      end
  end.

(** ** Soundness *)

Section Soundness.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation Z_ := (@of_Z F).

Variable ctx : setting.
Hypothesis scale_positive : (0 < scale ctx)%Z.
Variable net : network.
Variable domain : list Forms.form.
Variable norm_row : N -> list F -> F.
Hypothesis norm_sound : norm_holds F ctx norm_row.
Hypothesis net_fits : network_fits net = true.

Local Notation z := (z F net).
Local Notation in_domain := (in_domain F domain).
Local Notation in_cell := (in_cell F net domain).
Local Notation has_sign := (has_sign F).
Local Notation good := (good F ctx net domain norm_row).
Local Notation decide_good := (decide_good F ctx scale_positive net domain norm_row norm_sound net_fits).
Local Notation combined_sound := (combined_sound F ctx scale_positive net domain norm_row).

(** Every hidden neuron has the same sign at both points. *)
Definition same_signs (x x' : list F) : Prop :=
  forall k r s, In (k, r) (named net) -> has_sign (z r x) s <-> has_sign (z r x') s.

(** The face of a point: where the domain's rows are positive and the signs are the point's. *)
Definition face_of (p x : list F) : Prop := in_domain x /\ same_signs p x.

(** The face of [p] has codimension [i]: it lies where [i] independent forms are 0, and within that
    space it is open along every line. *)
Definition codimension (i : N) (p : list F) : Prop := exists fs : list Forms.form,
  N.of_nat (length fs) = i /\ independent F fs /\
  (forall x f, face_of p x -> In f fs -> value f (at_point x) = 0) /\
  (forall x d, face_of p x -> (forall f, In f fs -> value f (along d) = 0) ->
     exists e, 0 < e /\ forall t, within t e -> face_of p (moved x t d)).

(** The face of [x] lies in a space of codimension [depth + 1] or more. *)
Definition deep (x : list F) : Prop := exists fs : list Forms.form,
  (depth ctx < N.of_nat (length fs))%N /\ independent F fs /\
  forall x' f, face_of x x' -> In f fs -> value f (at_point x') = 0.

(** *** Signs *)

Lemma sign_unique (v : F) s s' : has_sign v s -> has_sign v s' -> s = s'.
Proof. destruct s, s'; simpl; auto; intros H G; exfalso; subst;
  try (now apply lt_irrefl in H); try (now apply lt_irrefl in G).
  - apply G, lt_le, H.
  - apply H, lt_le, G. Qed.

Lemma sign_exists (v : F) : exists s, has_sign v s.
Proof. destruct (eq_or_neq F v 0) as [H|H]; [now exists Null|].
  destruct (le_or_lt F v 0) as [G|G]; [exists Minus|now exists Plus].
  now apply le_neq_lt. Qed.

Lemma same_signs_sym x y : same_signs x y -> same_signs y x.
Proof. intros H k r s K. symmetry. eauto. Qed.

Lemma in_cell_signs c x x' : good c -> in_cell c x -> face_of x x' -> in_cell c x'.
Proof. intros G [_ X] [D S]. split; auto. intros r s I.
  destruct (g_decided _ _ _ _ _ _ G r s I) as [k K]. apply (S k r s K). auto. Qed.

(** *** Cells are open in the space of their walls *)

Lemma room (v s : F) : 0 < v -> exists e, 0 < e /\ forall t, within t e -> 0 < v + t * s.
Proof.
  intro V. pose (b := if le_dec 0 s then s else - s).
  assert (B : 0 <= b /\ within s b).
  { unfold b. destruct (le_dec 0 s) as [H|H].
    - split; auto. split; [apply le_refl|]. apply (le_trans F _ 0); auto.
      apply le_sub. now replace (0 - - s) with s by ring.
    - assert (N : s <= 0) by (destruct (le_total F 0 s); tauto). apply opp_nonneg in N.
      split; auto. split; [|apply le_refl]. apply (le_trans F _ 0); auto.
      apply le_sub. now replace (0 - s) with (- s) by ring. }
  destruct B as [B W]. assert (P : 0 < 1 + b) by (apply add_pos_nonneg; auto; apply one_pos).
  exists (v * inv (1 + b)). split; [apply mul_pos; auto; now apply inv_pos|].
  intros t T. set (e := v * inv (1 + b)) in *.
  assert (E : e * (1 + b) = v).
  { unfold e. replace (v * inv (1 + b) * (1 + b)) with (v * ((1 + b) * inv (1 + b))) by ring.
    rewrite inv_law by now apply pos_nonzero. ring. }
  assert (Ep : 0 < e) by (apply mul_pos; auto; now apply inv_pos).
  assert (Q : within (t * s) (e * b)).
  { destruct T as [T1 T2], W as [W1 W2]. apply le_sub in T1, T2, W1, W2.
    assert (H1 : 0 <= (e - t) * (b - - s) + (e - - t) * (b - s))
      by (apply add_nonneg; now apply mul_nonneg).
    assert (H2 : 0 <= (e - t) * (b - s) + (e - - t) * (b - - s))
      by (apply add_nonneg; now apply mul_nonneg).
    assert (two : 0 < (1 + 1 : F)) by (apply add_pos_nonneg; [|apply lt_le]; apply one_pos).
    split; apply le_sub; apply (mul_cancel_nonneg F (1 + 1)); auto.
    - now replace ((1 + 1) * (e * b - t * s)) with ((e - t) * (b - - s) + (e - - t) * (b - s)) by ring.
    - now replace ((1 + 1) * (e * b - - (t * s))) with ((e - t) * (b - s) + (e - - t) * (b - - s)) by ring. }
  destruct Q as [_ Q]. apply le_sub in Q.
  replace (v + t * s) with (e + (e * b - - (t * s))) by (rewrite <- E; ring).
  now apply add_pos_nonneg. Qed.

Lemma smaller (a b : F) : 0 < a -> 0 < b ->
  exists e, 0 < e /\ forall t, within t e -> within t a /\ within t b.
Proof. intros A B. destruct (le_total F a b) as [H|H]; [exists a|exists b]; split; auto;
  intros t T; split; auto; eapply within_le; eauto. Qed.

Lemma cell_open c x d : good c -> in_cell c x -> vanish (walls c) (along d) ->
  exists e, 0 < e /\ forall t, within t e -> in_cell c (moved x t d).
Proof.
  intros G X V. apply (g_set _ _ _ _ _ _ G) in X as [P W].
  assert (E : exists e, 0 < e /\ forall t, within t e ->
    forall f, In f (positive c) -> 0 < value f (at_point (moved x t d))).
  { clear V W G. induction (positive c) as [|f fs IH].
    - exists 1. split; [apply one_pos|]. intros t _ f [].
    - destruct IH as (e1 & E1 & H1); [intros g I; apply P; now right|].
      destruct (room _ (value f (along d)) (P f (or_introl eq_refl))) as (e2 & E2 & H2).
      destruct (smaller e1 e2 E1 E2) as (e & E & H). exists e. split; auto.
      intros t T g [<-|I]; destruct (H t T); auto. rewrite at_moved. auto. }
  destruct E as (e & E & H). exists e. split; auto. intros t T. apply (g_set _ _ _ _ _ _ G).
  split; auto. intros q Q. rewrite at_moved, (W q Q), (V q Q). ring. Qed.

(** What is never negative (or never positive, [u] being -1) on a cell and not 0 on all of its space
    is positive (negative). *)
Lemma never_zero c f (u : F) : u <> 0 -> good c -> is_zero (reduced (walls c) f) = false ->
  (forall x, in_cell c x -> 0 <= u * value f (at_point x)) ->
  forall x, in_cell c x -> 0 < u * value f (at_point x).
Proof.
  intros U G R H x X. apply le_neq_lt; auto. intro E. symmetry in E.
  apply product_zero in E; auto. pose proof (g_walls _ _ _ _ _ _ G) as Ech.
  destruct (escape F (walls c) f Ech R) as [(d & V & N)|C].
  - destruct (cell_open c x d G X V) as (e & Pe & M).
    assert (We : within e e).
    { split; [apply le_refl|]. apply lt_le in Pe. apply (le_trans F _ 0); auto.
      apply le_sub. now replace (0 - - e) with e by ring. }
    pose proof (H _ (M e We)) as H1. pose proof (H _ (M _ (within_opp F _ _ We))) as H2.
    rewrite at_moved, E in H1, H2. apply N. apply (product_zero F u); auto.
    apply (product_zero F e); [|now apply pos_nonzero]. apply le_antisym.
    + apply le_sub. replace (0 - e * (u * value f (along d)))
        with (u * (0 + - e * value f (along d))) by ring. exact H2.
    + replace (e * (u * value f (along d))) with (u * (0 + e * value f (along d))) by ring. exact H1.
  - apply (C x); auto. now apply (g_set _ _ _ _ _ _ G) in X. Qed.

(** *** What a step does to a cell *)

Definition apart (a b : cell) : Prop := forall x, in_cell a x -> ~ in_cell b x.

Record step_sound (c : cell) (cs : list cell) (leaf : option N) : Prop := {
  s_good : forall c', In c' cs -> good c';
  s_inside : forall c' x, In c' cs -> in_cell c' x -> in_cell c x;
  s_apart : ForallOrdPairs apart cs;
  s_cover : leaf = None -> forall x, in_cell c x ->
    (exists c', In c' cs /\ in_cell c' x) \/ deep x;
  s_only : forall c', cs = [c'] -> forall x, in_cell c x -> in_cell c' x;
  s_none : cs = [] -> leaf = None -> forall x, ~ in_cell c x;
  s_leaf : forall i, leaf = Some i -> cs = [] /\ exists p, in_cell c p /\ codimension i p /\
    forall x, in_cell c x -> same_signs p x }.

Lemma one_child c c' : good c' -> (forall x, in_cell c' x <-> in_cell c x) -> step_sound c [c'] None.
Proof. intros G H. split.
  - intros c1 [<-|[]]. auto.
  - intros c1 x [<-|[]]. apply H.
  - repeat constructor.
  - intros _ x X. left. exists c'. split; [now left|]. now apply H.
  - intros c1 E x X. inversion E. subst. now apply H.
  - discriminate.
  - discriminate. Qed.

Lemma times_minus_one f y : value (times (-1) f) y = - value (F := F) f y.
Proof. rewrite value_times. change (-1)%Z with (- (1))%Z. rewrite of_Z_opp, of_Z_1. ring. Qed.

Lemma decided_child c r n f rest s c' : good c -> pick_open r (opened c) = Some (n, f, rest) ->
  decide ctx c n f rest s (walls c) (positive c) = Some c' ->
  (forall x, in_cell c x -> has_sign (value f (at_point x)) (sign_of s)) ->
  step_sound c [c'] None.
Proof.
  intros G P D H. pose proof (g_walls _ _ _ _ _ _ G) as E.
  destruct (decide_good c r n f rest s (walls c) (positive c) c' G P E) as [G' I]; [|exact D|].
  - intro x. rewrite <- (g_set _ _ _ _ _ _ G). split; [tauto|]. auto.
  - apply one_child; auto. intro x. rewrite I. split; [tauto|]. auto. Qed.

Lemma split_sound c r n f rest ws on off : good c ->
  pick_open r (opened c) = Some (n, f, rest) -> push (walls c) f = Some ws ->
  decide ctx c n f rest On_ (walls c) (f :: positive c) = Some on ->
  decide ctx c n f rest Off_ (walls c) (times (-1) f :: positive c) = Some off ->
  (forall wall, decide ctx c n f rest Wall_ ws (positive c) = Some wall ->
    step_sound c [wall; on; off] None) /\
  (N.ltb (wall_count c) (depth ctx) = false -> step_sound c [on; off] None).
Proof.
  intros G P Pu On Off. pose proof (g_walls _ _ _ _ _ _ G) as E.
  destruct (push_spec F _ _ _ E Pu) as (E' & L & V).
  destruct (decide_good c r n f rest On_ (walls c) (f :: positive c) on G P E) as [Gon Ion];
    [|exact On|].
  { intro x. rewrite (g_set _ _ _ _ _ _ G). simpl. split.
    - intros [[A B] C]. split; auto. intros g [<-|I]; auto.
    - intros [A B]. repeat split; auto. }
  destruct (decide_good c r n f rest Off_ (walls c) (times (-1) f :: positive c) off G P E)
    as [Goff Ioff]; [|exact Off|].
  { intro x. rewrite (g_set _ _ _ _ _ _ G). simpl. split.
    - intros [[A B] C]. split; auto. intros g [<-|I]; auto. rewrite times_minus_one. now apply opp_pos.
    - intros [A B]. repeat split; auto. specialize (A _ (or_introl eq_refl)).
      rewrite times_minus_one in A. apply lt_sub.
      now replace (0 - value f (at_point x)) with (- value f (at_point x)) by ring. }
  simpl in Ion, Ioff.
  assert (Aon : apart on off).
  { intros x X Y. apply Ion in X as [_ X]. apply Ioff in Y as [_ Y]. apply X. now apply lt_le. }
  assert (Tri : forall x : list F, 0 < value f (at_point x) \/ value f (at_point x) < 0 \/
    value f (at_point x) = 0).
  { intro x. destruct (sign_exists (value f (at_point x))) as [[| |] S]; auto. }
  split.
  - intros wall Wall. destruct (decide_good c r n f rest Wall_ ws (positive c) wall G P E')
      as [Gw Iw]; [|exact Wall|].
    { intro x. rewrite V, (g_set _ _ _ _ _ _ G). simpl. tauto. }
    simpl in Iw. split.
    + intros c' [<-|[<-|[<-|[]]]]; auto.
    + intros c' x [<-|[<-|[<-|[]]]] X; [apply Iw in X|apply Ion in X|apply Ioff in X]; tauto.
    + constructor; [|repeat constructor; auto].
      constructor; [|constructor; [|constructor]]; intros x X Y; apply Iw in X as [_ X].
      * apply Ion in Y as [_ Y]. rewrite X in Y. now apply lt_irrefl in Y.
      * apply Ioff in Y as [_ Y]. rewrite X in Y. now apply lt_irrefl in Y.
    + intros _ x X. left. destruct (Tri x) as [T|[T|T]].
      * exists on. split; [simpl; auto|]. now apply Ion.
      * exists off. split; [simpl; auto|]. now apply Ioff.
      * exists wall. split; [simpl; auto|]. now apply Iw.
    + discriminate.
    + discriminate.
    + discriminate.
  - intros Lt. apply N.ltb_ge in Lt. split.
    + intros c' [<-|[<-|[]]]; auto.
    + intros c' x [<-|[<-|[]]] X; [apply Ion in X|apply Ioff in X]; tauto.
    + repeat constructor; auto.
    + intros _ x X. destruct (Tri x) as [T|[T|T]].
      * left. exists on. split; [simpl; auto|]. now apply Ion.
      * left. exists off. split; [simpl; auto|]. now apply Ioff.
      * right. exists (map snd ws). rewrite map_length. split; [|split].
        -- unfold wall_count in Lt. rewrite L. lia.
        -- now apply echelon_independent.
        -- intros x' g X' I. apply in_map_iff in I as (q & <- & Q).
           assert (C' : in_cell c x') by (eapply in_cell_signs; eauto).
           assert (S0 : value f (at_point x') = 0).
           { destruct (g_opened _ _ _ _ _ _ G n f) as (K & _ & Zf).
             { eapply pick_open_spec; eauto. }
             apply (sign_scaled F ctx scale_positive _ _ Null (Zf x' C')).
             apply (proj2 X' _ _ Null K). now apply (sign_scaled F ctx scale_positive _ _ Null (Zf x X)). }
           assert (Vx : vanish ws (at_point x')).
           { apply V. split; auto. now apply (g_set _ _ _ _ _ _ G) in C'. }
           now apply Vx.
    + discriminate.
    + discriminate.
    + discriminate. Qed.

(** The point of a sample. *)
Definition sample_point (q : Z) (ps : list Z) : list F := map (fun p => Z_ p * inv (Z_ q)) ps.

Lemma sample_value q ps f : (0 < q)%Z ->
  Z_ q * value f (at_point (sample_point q ps)) = Z_ (integer_value f (q :: ps)).
Proof.
  intro Q. assert (I : Z_ q * inv (Z_ q) = 1) by (apply inv_law, of_Z_nonzero; lia).
  assert (G : forall f y ys i, (forall k, Z_ q * y (i + N.of_nat k)%N = Z_ (nth k ys 0%Z)) ->
    Z_ q * value_from i f y = Z_ (integer_value f ys)).
  { clear f. induction f as [|a f IH]; intros y ys i H; cbn [value_from integer_value].
    - rewrite of_Z_0. ring.
    - assert (H' : forall k, Z_ q * y (N.succ i + N.of_nat k)%N = Z_ (nth k (tl ys) 0%Z)).
      { intro k. replace (N.succ i + N.of_nat k)%N with (i + N.of_nat (S k))%N by lia.
        rewrite H. destruct ys; [destruct k|]; reflexivity. }
      apply IH in H'. specialize (H 0%nat). rewrite N.add_0_r in H.
      replace (Z_ q * (Z_ a * y i + value_from (N.succ i) f y)) with
        (Z_ a * (Z_ q * y i) + Z_ q * value_from (N.succ i) f y) by ring.
      rewrite H, H'. destruct ys as [|b ys]; simpl tl; simpl nth.
      + assert (E : integer_value f [] = 0%Z) by (destruct f; reflexivity). rewrite E, of_Z_0. ring.
      + rewrite of_Z_add, of_Z_mul. reflexivity. }
  apply G. intros [|k]; rewrite N.add_0_l.
  - cbn [nth N.of_nat]. change (at_point _ 0%N) with (@one F). ring.
  - unfold at_point. rewrite (proj2 (N.eqb_neq _ 0)) by lia.
    replace (N.to_nat (N.pred (N.of_nat (S k)))) with k by lia. simpl nth.
    unfold sample_point. destruct (Nat.lt_ge_cases k (length ps)) as [L|L].
    + rewrite (nth_indep _ 0 (Z_ 0 * inv (Z_ q))) by (rewrite map_length; exact L).
      rewrite (map_nth (fun p => Z_ p * inv (Z_ q))).
      replace (Z_ q * (Z_ (nth k ps 0%Z) * inv (Z_ q))) with
        ((Z_ q * inv (Z_ q)) * Z_ (nth k ps 0%Z)) by ring. rewrite I. ring.
    + rewrite !nth_overflow by (try rewrite map_length; auto). rewrite of_Z_0. ring. Qed.

Lemma leaf_sound c q ps : good c -> nothing_left (opened c) (later c) = true ->
  holds_sample c q ps = true -> step_sound c [] (Some (wall_count c)).
Proof.
  intros G N H. unfold holds_sample in H. rewrite !andb_true_iff, !forallb_forall in H.
  destruct H as [[Q P] W]. apply Z.ltb_lt in Q. set (p := sample_point q ps).
  pose proof (of_Z_pos F _ Q) as Qp.
  assert (X : in_cell c p).
  { apply (g_set _ _ _ _ _ _ G). split.
    - intros f I. specialize (P f I). apply Z.ltb_lt in P. apply (of_Z_pos F) in P.
      rewrite <- (sample_value q ps f Q) in P. now apply mul_cancel_pos in P.
    - intros w I. specialize (W w I). apply Z.eqb_eq in W.
      apply (product_zero F (Z_ q)); [|now apply pos_nonzero].
      unfold p. rewrite sample_value, <- W by auto. apply of_Z_0. }
  assert (All : forall x y, in_cell c x -> in_cell c y -> same_signs x y).
  { intros x y [_ A] [_ B] k r s K.
    destruct (g_all _ _ _ _ _ _ G k r K) as [(t & T)|[(n & f & O & _)|(ns & n & O & _)]].
    - specialize (A r t T). specialize (B r t T).
      split; intro S; [rewrite (sign_unique _ _ _ S A)|rewrite (sign_unique _ _ _ S B)]; auto.
    - destruct (opened c); [destruct O|discriminate].
    - destruct (opened c); [|discriminate]. destruct (later c); [destruct O|discriminate]. }
  split.
  - intros ? [].
  - intros ? ? [].
  - constructor.
  - discriminate.
  - discriminate.
  - discriminate.
  - intros i E. inversion E. subst i. split; auto. exists p. split; auto. split; [|eauto].
    exists (map snd (walls c)). rewrite map_length. split; auto. split; [|split].
    + apply echelon_independent, (g_walls _ _ _ _ _ _ G).
    + intros x f Fx I. apply in_map_iff in I as (w & <- & I).
      assert (C : in_cell c x) by (eapply in_cell_signs; eauto).
      apply (g_set _ _ _ _ _ _ G) in C. now apply C.
    + intros x d Fx V. assert (C : in_cell c x) by (eapply in_cell_signs; eauto).
      destruct (cell_open c x d G C) as (e & E1 & M).
      { intros w I. apply V. now apply in_map. }
      exists e. split; auto. intros t T. specialize (M t T). split; [apply M|]. eauto. Qed.

Lemma step_cell_sound c s cs leaf : good c ->
  step_cell ctx c s = Some (cs, leaf) -> step_sound c cs leaf.
Proof.
  intros G H. destruct s as [r|r k e ps|r k e ps|r|e ps|q ps|sample]; simpl in H; [..|discriminate].
  - destruct (pick_open r (opened c)) as [[[n f] rest]|] eqn:P; [|discriminate].
    destruct (push (walls c) f) as [ws|] eqn:Pu; [|discriminate].
    destruct (decide _ _ _ _ _ On_ _ _) as [on|] eqn:On; [|discriminate].
    destruct (decide _ _ _ _ _ Off_ _ _) as [off|] eqn:Off; [|discriminate].
    destruct (split_sound c r n f rest ws on off G P Pu On Off) as [S1 S2].
    destruct (N.ltb (wall_count c) (depth ctx)) eqn:L.
    + destruct (decide _ _ _ _ _ Wall_ _ _) as [wall|] eqn:Wl; [|discriminate].
      inversion H. subst. auto.
    + inversion H. subst. auto.
  - destruct (pick_open r (opened c)) as [[[n f] rest]|] eqn:P; [|discriminate].
    destruct (_ && _) eqn:B; [|discriminate].
    destruct (combined ctx c k f e ps) as [[re st]|] eqn:C; [|discriminate].
    destruct (decide _ _ _ _ _ _ _ _) as [c'|] eqn:D; [|discriminate]. inversion H. subst.
    apply andb_true_iff in B as [K R]. apply Z.ltb_lt in K. apply negb_true_iff in R.
    eapply decided_child; eauto. intros x X. simpl.
    replace (value f (at_point x)) with (1 * value f (at_point x)) by ring.
    apply (never_zero c f 1 (one_is_not_zero F) G R); auto. intros y Y.
    destruct (combined_sound c k f e ps re st y G Y C) as (R0 & extra & E & Ex & _).
    apply (mul_cancel_nonneg F (Z_ k)); [now apply of_Z_pos|].
    replace (Z_ k * (1 * value f (at_point y))) with (Z_ k * value f (at_point y)) by ring. rewrite E.
    apply add_nonneg; auto. now apply of_Z_nonneg.
  - destruct (pick_open r (opened c)) as [[[n f] rest]|] eqn:P; [|discriminate].
    destruct (_ && _) eqn:B; [|discriminate].
    destruct (combined ctx c (- k) f e ps) as [[re st]|] eqn:C; [|discriminate].
    destruct (decide _ _ _ _ _ _ _ _) as [c'|] eqn:D; [|discriminate]. inversion H. subst.
    apply andb_true_iff in B as [K R]. apply Z.ltb_lt in K. apply negb_true_iff in R.
    eapply decided_child; eauto. intros x X. simpl.
    apply lt_sub. replace (0 - value f (at_point x)) with (opp one * value f (at_point x)) by ring.
    assert (U : opp one <> @zero F).
    { intro E. apply (one_is_not_zero F). replace (@one F) with (opp (opp (@one F))) by ring. rewrite E. ring. }
    apply (never_zero c f (opp one) U G R); auto. intros y Y.
    destruct (combined_sound c (- k) f e ps re st y G Y C) as (R0 & extra & E & Ex & _).
    apply (mul_cancel_nonneg F (Z_ k)); [now apply of_Z_pos|]. rewrite of_Z_opp in E.
    replace (Z_ k * (opp one * value f (at_point y))) with (- Z_ k * value f (at_point y)) by ring.
    rewrite E. apply add_nonneg; auto. now apply of_Z_nonneg.
  - destruct (pick_open r (opened c)) as [[[n f] rest]|] eqn:P; [|discriminate].
    destruct (is_zero _) eqn:R; [|discriminate].
    destruct (decide _ _ _ _ _ _ _ _) as [c'|] eqn:D; [|discriminate]. inversion H. subst.
    eapply decided_child; eauto. intros x X. simpl.
    pose proof (g_walls _ _ _ _ _ _ G) as Ech.
    destruct (reduced_value F (walls c) f Ech) as (a & A & V).
    apply (product_zero F (Z_ a)); [|now apply of_Z_nonzero].
    rewrite <- V, value_is_zero; auto. now apply (g_set _ _ _ _ _ _ G) in X.
  - destruct (combined ctx c 0 [] e ps) as [[re st]|] eqn:C; [|discriminate].
    destruct (Z.ltb 0 re || st) eqn:B; [|discriminate]. inversion H. subst.
    assert (No : forall x, ~ in_cell c x).
    { intros x X. destruct (combined_sound c 0 [] e ps re st x G X C) as (R0 & extra & E & Ex & St).
      rewrite of_Z_0 in E. apply (lt_irrefl F 0).
      replace (0 : F) with (Z_ re + extra) at 2 by (rewrite <- E; ring).
      apply orb_true_iff in B as [B| ->].
      - apply Z.ltb_lt in B. apply add_pos_nonneg; auto. now apply of_Z_pos.
      - apply add_nonneg_pos; auto. now apply of_Z_nonneg. }
    split.
    + intros ? [].
    + intros ? ? [].
    + constructor.
    + intros _ x X. now elim (No x).
    + discriminate.
    + intros _ _ x X. now elim (No x).
    + discriminate.
  - destruct (_ && _) eqn:B; [|discriminate]. inversion H. subst.
    apply andb_true_iff in B as [B1 B2]. eapply leaf_sound; eauto. Qed.

(** *** The whole tree *)

(** How many of the faces found have codimension [i]. *)
Definition tally (i : N) (found : list (N * list F)) : N :=
  N.of_nat (length (filter (fun p => N.eqb (fst p) i) found)).

(** The faces found, each by its codimension and a point of it, are different faces of the domain;
    if no leaf was left open, every point of the domain is in one of them, in a cell still to do, or
    deep. *)
Record enumerates (t : tree) (found : list (N * list F)) : Prop := {
  e_good : forall c, In c (todo t) -> good c;
  e_apart : ForallOrdPairs apart (todo t);
  e_cover : skipped t = 0%N -> forall x, in_domain x -> (exists c, In c (todo t) /\ in_cell c x) \/
    (exists f, In f found /\ same_signs (snd f) x) \/ deep x;
  e_faces : forall f, In f found -> in_domain (snd f) /\ codimension (fst f) (snd f);
  e_outside : forall f c, In f found -> In c (todo t) -> ~ in_cell c (snd f);
  e_different : ForallOrdPairs (fun f g => ~ same_signs (snd f) (snd g)) found;
  e_counts : forall i, count_of i (counts t) = tally i found }.

Lemma ordered_pairs_app {X} (R : X -> X -> Prop) l m :
  ForallOrdPairs R l -> ForallOrdPairs R m -> (forall a b, In a l -> In b m -> R a b) ->
  ForallOrdPairs R (l ++ m).
Proof. induction 1 as [|a l A L IH]; simpl; intros M H; auto. constructor.
  - apply Forall_app. split; auto. apply Forall_forall. auto.
  - apply IH; auto. Qed.

(** What a step adds to the faces found: a leaf [cell] the face that its cell is. *)
Definition found_by (t : tree) (s : tree_step) (found found' : list (N * list F)) : Prop :=
  match s with
  | Sample q ps => exists c rest p, todo t = c :: rest /\ found' = (wall_count c, p) :: found /\
      in_cell c p
  | _ => found' = found
  end.

Lemma leaf_found_by t c rest s i p found : todo t = c :: rest -> in_cell c p ->
  step_cell ctx c s = Some ([], Some i) -> found_by t s found ((i, p) :: found).
Proof.
  intros T P H. destruct s as [r|r k e ps|r k e ps|r|e ps|q ps|sample]; simpl in H.
  - destruct (pick_open _ _) as [[[n f] l]|]; [|discriminate].
    destruct (push _ _); [|discriminate]. destruct (decide _ _ _ _ _ _ _ _); [|discriminate].
    destruct (decide _ _ _ _ _ _ _ _); [|discriminate]. destruct (N.ltb _ _); [|discriminate].
    destruct (decide _ _ _ _ _ _ _ _); discriminate.
  - destruct (pick_open _ _) as [[[n f] l]|]; [|discriminate]. destruct (_ && _); [|discriminate].
    destruct (combined _ _ _ _ _ _); [|discriminate]. destruct (decide _ _ _ _ _ _ _ _); discriminate.
  - destruct (pick_open _ _) as [[[n f] l]|]; [|discriminate]. destruct (_ && _); [|discriminate].
    destruct (combined _ _ _ _ _ _); [|discriminate]. destruct (decide _ _ _ _ _ _ _ _); discriminate.
  - destruct (pick_open _ _) as [[[n f] l]|]; [|discriminate]. destruct (is_zero _); [|discriminate].
    destruct (decide _ _ _ _ _ _ _ _); discriminate.
  - destruct (combined _ _ _ _ _ _) as [[re st]|]; [|discriminate]. destruct (_ || _); discriminate.
  - destruct (_ && _); [|discriminate]. inversion H. subst i. exists c, rest, p. auto.
  - discriminate. Qed.

Lemma no_leaf_found_by t c s cs found : step_cell ctx c s = Some (cs, None) -> found_by t s found found.
Proof. intro H. destruct s; try reflexivity. simpl in H. destruct (_ && _); discriminate. Qed.

Lemma tree_take_found t s t' found : enumerates t found -> tree_take ctx t s = Some t' ->
  exists found', enumerates t' found' /\ found_by t s found found'.
Proof.
  intros [G A C Fa O D K] H. unfold tree_take in H.
  destruct (todo t) as [|c rest] eqn:T; [discriminate|].
  assert (Sk : (exists sample, s = Skip sample) \/
    exists cs leaf, step_cell ctx c s = Some (cs, leaf) /\ t' = Tree (cs ++ rest)
      (match leaf with Some i => NumberMap.add i (N.succ (count_of i (counts t))) (counts t)
                  | None => counts t end) (skipped t)).
  { destruct s; eauto; right; destruct (step_cell _ _ _) as [[cs leaf]|]; try discriminate;
      inversion H; eauto. }
  destruct Sk as [[sample ->]|(cs & leaf & E & ->)].
  { destruct (match sample with Some _ => _ | None => _ end); [|discriminate]. inversion H.
    exists found. inversion A as [|c0 r0 Ac Ar]. subst. split; [|reflexivity]. split; simpl; auto.
    - intros c' I. apply G. now right.
    - lia.
    - intros f c' If Ic. apply (O f c' If). now right. }
  clear H.
  destruct (step_cell_sound c s cs leaf (G c (or_introl eq_refl)) E) as [Sg Si Sa Sc _ _ Sl].
  inversion A as [|c0 r0 Ac Ar]. subst. rewrite Forall_forall in Ac.
  assert (Good' : forall c', In c' (cs ++ rest) -> good c').
  { intros c' I. apply in_app_or in I as [I|I]; auto. apply G. now right. }
  assert (Apart' : ForallOrdPairs apart (cs ++ rest)).
  { apply ordered_pairs_app; auto. intros a b Ia Ib x X. apply (Ac b Ib). eauto. }
  assert (Out' : forall f c', In f found -> In c' (cs ++ rest) -> ~ in_cell c' (snd f)).
  { intros f c' If Ic X. apply in_app_or in Ic as [Ic|Ic].
    - apply (O f c If (or_introl eq_refl)). eauto.
    - apply (O f c' If); auto. now right. }
  destruct leaf as [i|].
  - destruct (Sl i eq_refl) as (-> & p & P & Cod & Same). exists ((i, p) :: found).
    split; [|now apply (leaf_found_by t c rest)]. split; simpl.
    + exact Good'.
    + exact Apart'.
    + intros Sk x X. destruct (C Sk x X) as [(c' & [<-|I] & Y)|[(f & I & Y)|Y]].
      * right. left. exists (i, p). split; [now left|]. now apply Same.
      * left. eauto.
      * right. left. eauto.
      * auto.
    + intros f [<-|I]; auto. simpl. split; auto. apply P.
    + intros f c' [<-|I] Ic; [|now apply Out']. simpl. now apply Ac.
    + constructor; auto. apply Forall_forall. intros f I S. simpl in S.
      apply (O f c I (or_introl eq_refl)). apply (in_cell_signs c p); auto.
      * apply G. now left.
      * split; auto. now apply Fa.
    + intro j. unfold count_of. rewrite NumberFacts.add_o. unfold tally. cbn [filter fst].
      specialize (K j). unfold tally, count_of in K.
      destruct (NumberMap.E.eq_dec i j) as [Eq|Ne].
      * change (i = j) in Eq. subst j. rewrite N.eqb_refl. simpl length.
        unfold count_of. rewrite K. lia.
      * rewrite (proj2 (N.eqb_neq i j)) by exact Ne. exact K.
  - exists found. split; [|now apply (no_leaf_found_by t c s cs)]. split; simpl; auto. intros Sk x X.
    destruct (C Sk x X) as [(c' & [<-|I] & Y)|Y]; auto.
    + destruct (Sc eq_refl x Y) as [(c1 & I1 & Y1)|Dp]; auto. left. exists c1.
      split; auto. apply in_or_app. now left.
    + left. exists c'. split; auto. apply in_or_app. now right. Qed.

Lemma tree_take_sound t s t' found : enumerates t found -> tree_take ctx t s = Some t' ->
  exists found', enumerates t' found'.
Proof. intros E H. destruct (tree_take_found t s t' found E H) as (found' & E' & _). eauto. Qed.

(** A closed tree: the faces found are all faces but the deep ones. *)
Theorem closed_tree t found : enumerates t found -> todo t = [] -> skipped t = 0%N ->
  forall x, in_domain x -> (exists f, In f found /\ same_signs (snd f) x) \/ deep x.
Proof. intros E T Sk x X. destruct (e_cover _ _ E Sk x X) as [(c & I & _)|H]; auto.
  rewrite T in I. destruct I. Qed.

End Soundness.
