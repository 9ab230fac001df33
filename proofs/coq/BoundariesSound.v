(** * The claim [boundaries]: acceptance implies what it states *)

From ExactRev Require Export BoundaryCounts RegionsExact.
From ExactRev Require TheoryReading.
Require Import Lia.

(** ** What the lines of a proof state *)

(** Its lines [boundary] and [meet], in their order. *)
Fixpoint stated (steps : list boundaries_step) : list (N * N * N) :=
  match steps with
  | [] => []
  | Boundary r p c :: steps => (r, p, c) :: stated steps
  | _ :: steps => stated steps
  end.

Fixpoint stated_meets (steps : list boundaries_step) : list (N * N) :=
  match steps with
  | [] => []
  | Meet r s :: steps => (r, s) :: stated_meets steps
  | _ :: steps => stated_meets steps
  end.

Lemma stated_app l m : stated (l ++ m) = stated l ++ stated m.
Proof. induction l as [|[s|r p c|r s] l IH]; simpl; auto. now rewrite IH. Qed.

Lemma stated_meets_app l m : stated_meets (l ++ m) = stated_meets l ++ stated_meets m.
Proof. induction l as [|[s|r p c|r s] l IH]; simpl; auto. now rewrite IH. Qed.

(** What holds of the steps taken so far, and of the state that they lead to. *)
Lemma fold_steps_history {state step} (take : state -> step -> option state)
  (P : list step -> state -> Prop) :
  (forall past st s st', P past st -> take st s = Some st' -> P (past ++ [s]) st') ->
  forall steps past st st', P past st -> fold_steps take st steps = Some st' -> P (past ++ steps) st'.
Proof. intros H. induction steps as [|s steps IH]; simpl; intros past st st' I E.
  - inversion E. subst. now rewrite app_nil_r.
  - destruct (take st s) as [st1|] eqn:T; [|discriminate].
    replace (past ++ s :: steps) with ((past ++ [s]) ++ steps) by now rewrite <- app_assoc.
    eapply IH; [|exact E]. eauto. Qed.

Lemma falling_head a l : falling (a :: l) = true -> falling l = true /\
  forall b, In b l -> KeyOrder.lt b a.
Proof. revert a. induction l as [|c l IH]; intros a H; [split; [auto|intros ? []]|].
  change (match key_compare c a with Lt => true | _ => false end && falling (c :: l) = true) in H.
  apply andb_true_iff in H as [H1 H2]. split; auto.
  assert (L : KeyOrder.lt c a) by (unfold KeyOrder.lt; destruct (key_compare c a); congruence).
  intros b [<-|B]; auto. eapply KeyOrder.lt_trans; [|exact L].
  now apply (IH c). Qed.

Lemma falling_once l : falling l = true -> NoDup l.
Proof. induction l as [|a l IH]; intro H; constructor.
  - intro I. eapply KeyOrder.lt_not_eq; [|reflexivity]. now apply (falling_head a l H).
  - now apply IH, (falling_head a l H). Qed.

Lemma pair_set_spec l k : KeyMap.mem k (pair_set l) = true <-> In k l.
Proof.
  assert (G : forall m, KeyMap.mem k (fold_left (fun m k => KeyMap.add k tt m) l m) = true <->
    KeyMap.mem k m = true \/ In k l).
  { induction l as [|a l IH]; intro m; simpl; [tauto|].
    rewrite IH, KeyFacts.add_b, orb_true_iff. unfold KeyFacts.eqb.
    destruct (KeyMap.E.eq_dec a k) as [E|E].
    - change (a = k) in E. tauto.
    - change (a <> k) in E. split; [intros [[H|H]|H]; [discriminate|auto|auto]|tauto]. }
  unfold pair_set. rewrite G, KeyFacts.empty_a. split; [intros [H|H]; [discriminate|auto]|auto]. Qed.

Lemma same_pairs_spec l m : same_pairs l m = true -> forall k, In k l <-> In k m.
Proof. unfold same_pairs. rewrite andb_true_iff, !forallb_forall. intros [H K] k. split; intro I.
  - apply pair_set_spec. auto. - apply pair_set_spec. auto. Qed.

(** ** The steps *)

Lemma tree_take_children ctx t s t' : (forall sample, s <> Skip sample) -> tree_take ctx t s = Some t' ->
  skipped t' = skipped t /\ exists c rest cs leaf, todo t = c :: rest /\
    step_cell ctx c s = Some (cs, leaf) /\ todo t' = cs ++ rest.
Proof. intros N H. unfold tree_take in H. destruct (todo t) as [|c rest]; [discriminate|].
  destruct s; try (destruct (step_cell _ _ _) as [[cs leaf]|] eqn:E; [|discriminate]; inversion H;
    split; [reflexivity|]; exists c, rest, cs, leaf; auto).
  now elim (N sample). Qed.

Lemma picked_number r l n f rest : pick_open r l = Some (n, f, rest) -> number n = r.
Proof. revert rest. induction l as [|[m g] l IH]; simpl; intros rest H; [discriminate|].
  destruct (N.eqb_spec (number m) r) as [E|E]; [inversion H; now subst|].
  destruct (pick_open r l) as [[p rest']|]; [|discriminate]. inversion H. subst. eauto. Qed.

Lemma decide_decided ctx c n f rest s ws pos c' : decide ctx c n f rest s ws pos = Some c' ->
  decided c' = (its_row n, sign_of s) :: decided c.
Proof. unfold decide, refresh. cbn [opened later acts decided].
  destruct rest; [destruct (later c) as [|ns more]; [|destruct (open_layer _ ns)]|]; intro H;
    inversion H; reflexivity. Qed.

Lemma forall2_by_nth {A B} (R : A -> B -> Prop) l : forall m, length l = length m ->
  (forall i a b, nth_error l i = Some a -> nth_error m i = Some b -> R a b) -> Forall2 R l m.
Proof. induction l as [|a l IH]; intros [|b m] L H; try discriminate; constructor.
  - exact (H 0%nat a b eq_refl eq_refl).
  - apply IH; [now inversion L|]. intros i. exact (H (S i)). Qed.

Lemma signs_of_spec ns m : forall i ss, signs_of i ns m = Some ss -> length ss = length ns /\
  forall k s, nth_error ss k = Some s -> NumberMap.find (i + N.of_nat k)%N m = Some s.
Proof.
  induction ns as [|n ns IH]; simpl; intros i ss H.
  - inversion H. split; auto. intros [|k] s E; discriminate.
  - destruct (NumberMap.find i m) as [s0|] eqn:F0; [|discriminate].
    destruct (signs_of (N.succ i) ns m) as [rest|] eqn:E; [|discriminate]. inversion H. subst ss.
    destruct (IH _ _ E) as [L K]. split; [simpl; now rewrite L|]. intros [|k] s Es; simpl in Es.
    + inversion Es. subst. now rewrite N.add_0_r.
    + replace (i + N.of_nat (S k))%N with (N.succ i + N.of_nat k)%N by lia. now apply K. Qed.

Lemma named_rows net : map snd (named net) = concat (hidden net).
Proof. unfold named. generalize 1%N. induction (hidden net) as [|rs layers IH]; intro l; simpl; auto.
  now rewrite map_app, name_rows_rows, IH. Qed.

Section Steps.
Variable F : OrderedField.
Local Open Scope field_scope.
Variables (d : N) (drows : list row) (nt : norm_text) (whole net : network)
  (forms : list Forms.form) (layers : list (list neuron)) (ctx : setting).
Hypothesis root : rooted F d drows nt whole net forms layers ctx.
Variable fixed : boundaries_setting.
Hypothesis fixed_first : first_number fixed = size drows.
Hypothesis fixed_neurons : its_neurons fixed = named whole.
Local Notation row_of_norm := (norm_row F (scale ctx) forms net).
Local Notation signs_are := (signs_are F net).

(** Of each face found of codimension 1 and more, codimension and signs are seen. *)
Definition recorded (found : list (N * list F)) (seen : list (N * list sign)) : Prop :=
  Forall2 (fun f e => fst f = fst e /\ signs_are (snd f) (snd e) /\
    N.of_nat (length (nulls 0 (snd e))) = fst e)
    (filter (fun f => negb (N.eqb (fst f) 0)) found) seen.

(** The signs noted for a cell are those that the neurons of these numbers have there. *)
Definition signs_right (c : cell) (m : signs) : Prop := forall n s, NumberMap.find n m = Some s ->
  forall x, in_cell F net forms c x -> has_sign F (row_of_norm n x) s.

Record so_far (past : list boundaries_step) (st : boundaries_state) : Prop := {
  b_setting : bd_setting st = fixed;
  b_regions : regions_invariant F net forms ctx (bd_regions st);
  b_none_open : skipped (the_tree (bd_regions st)) = 0%N;
  b_seen : exists found, enumerates F ctx net forms row_of_norm (the_tree (bd_regions st)) found /\
    recorded found (bd_seen st);
  b_signs : Forall2 signs_right (todo (the_tree (bd_regions st))) (bd_signs st);
  b_stated : match bd_concluded st with
    | None => stated past = [] /\ stated_meets past = []
    | Some (lines, meetings) => (exists ns, counted (bd_regions st) = Some ns) /\
        todo (the_tree (bd_regions st)) = [] /\ conclude fixed (bd_seen st) = Some (lines, meetings) /\
        stated past ++ bd_due st = lines /\ rev (bd_meets st) = stated_meets past
    end }.

Lemma tree_step_found st s r found : the_setting st = ctx -> 
  enumerates F ctx net forms row_of_norm (the_tree st) found ->
  with_tree st (tree_take (the_setting st) (the_tree st) s) = Some r ->
  exists found', enumerates F ctx net forms row_of_norm (the_tree r) found' /\
    found_by F net forms (the_tree st) s found found' /\ tree_take ctx (the_tree st) s = Some (the_tree r).
Proof.
  intros S E H. rewrite S in H. unfold with_tree in H.
  destruct (tree_take ctx (the_tree st) s) as [t'|] eqn:T; [|discriminate]. simpl in H. inversion H. subst r.
  destruct (tree_take_found F ctx (r_scale _ _ _ _ _ _ _ _ _ root) net forms row_of_norm
    (r_norm _ _ _ _ _ _ _ _ _ root) (r_fits _ _ _ _ _ _ _ _ _ root) _ _ _ _ E T) as (found' & A & B).
  exists found'. auto. Qed.

Lemma equal_lines_eq l m : equal_lines l m = true -> l = m.
Proof. destruct l as [[a b] c], m as [[a' b'] c']. unfold equal_lines. cbn [fst snd].
  rewrite !andb_true_iff, !N.eqb_eq. intros [[-> ->] ->]. reflexivity. Qed.

Lemma decided_sign c r n f rest side ws pos c' m : good F ctx net forms row_of_norm c ->
  pick_open r (opened c) = Some (n, f, rest) -> decide ctx c n f rest side ws pos = Some c' ->
  (forall x, in_cell F net forms c' x -> in_cell F net forms c x) -> signs_right c m ->
  signs_right c' (NumberMap.add r (sign_of side) m).
Proof.
  intros G P D Sub M k s E x X. rewrite NumberFacts.add_o in E.
  destruct (NumberMap.E.eq_dec r k) as [K|K]; [|apply (M k s E x); auto].
  change (r = k) in K. subst k. inversion E. subst s.
  pose proof (picked_number _ _ _ _ _ P) as <-.
  destruct (g_opened _ _ _ _ _ _ G n f) as (_ & Link & _).
  { apply (pick_open_spec _ _ _ _ P). now left. }
  apply (sign_scaled F ctx (r_scale _ _ _ _ _ _ _ _ _ root) (z F net (its_row n) x)); [apply Link|].
  apply (proj2 X). rewrite (decide_decided _ _ _ _ _ _ _ _ _ D). now left. Qed.

Lemma children_right c s cs leaf m : good F ctx net forms row_of_norm c ->
  step_cell ctx c s = Some (cs, leaf) -> signs_right c m ->
  Forall2 signs_right cs (children_signs ctx c s m).
Proof.
  intros G H M.
  pose proof (s_inside _ _ _ _ _ _ _ _ (step_cell_sound F ctx (r_scale _ _ _ _ _ _ _ _ _ root) net forms
    row_of_norm (r_norm _ _ _ _ _ _ _ _ _ root) (r_fits _ _ _ _ _ _ _ _ _ root) c s cs leaf G H)) as Sub.
  assert (One : forall r n f rest side ws pos c', pick_open r (opened c) = Some (n, f, rest) ->
    decide ctx c n f rest side ws pos = Some c' -> In c' cs ->
    signs_right c' (NumberMap.add r (sign_of side) m)).
  { intros r n f rest side ws pos c' P D I. apply (decided_sign c r n f rest side ws pos); auto.
    intros x. now apply Sub. }
  destruct s as [r|r k e ps|r k e ps|r|e ps|q ps|sample]; simpl in H.
  - destruct (pick_open r (opened c)) as [[[n f] rest]|] eqn:P; [|discriminate].
    destruct (push (walls c) f) as [ws|]; [|discriminate].
    destruct (decide _ _ _ _ _ On_ _ _) as [on|] eqn:On; [|discriminate].
    destruct (decide _ _ _ _ _ Off_ _ _) as [off|] eqn:Off; [|discriminate].
    unfold children_signs. destruct (N.ltb (wall_count c) (depth ctx)).
    + destruct (decide _ _ _ _ _ Wall_ _ _) as [wall|] eqn:Wl; [|discriminate]. inversion H. subst cs.
      constructor; [|constructor; [|constructor; [|constructor]]].
      * apply (One r n f rest Wall_ ws (positive c)); simpl; auto.
      * apply (One r n f rest On_ (walls c) (f :: positive c)); simpl; auto.
      * apply (One r n f rest Off_ (walls c) (times (-1) f :: positive c)); simpl; auto.
    + inversion H. subst cs. constructor; [|constructor; [|constructor]].
      * apply (One r n f rest On_ (walls c) (f :: positive c)); simpl; auto.
      * apply (One r n f rest Off_ (walls c) (times (-1) f :: positive c)); simpl; auto.
  - destruct (pick_open r (opened c)) as [[[n f] rest]|] eqn:P; [|discriminate].
    destruct (_ && _); [|discriminate]. destruct (combined _ _ _ _ _ _); [|discriminate].
    destruct (decide _ _ _ _ _ _ _ _) as [c'|] eqn:D; [|discriminate]. inversion H. subst cs.
    constructor; [|constructor]. apply (One r n f rest On_ (walls c) (positive c)); simpl; auto.
  - destruct (pick_open r (opened c)) as [[[n f] rest]|] eqn:P; [|discriminate].
    destruct (_ && _); [|discriminate]. destruct (combined _ _ _ _ _ _); [|discriminate].
    destruct (decide _ _ _ _ _ _ _ _) as [c'|] eqn:D; [|discriminate]. inversion H. subst cs.
    constructor; [|constructor]. apply (One r n f rest Off_ (walls c) (positive c)); simpl; auto.
  - destruct (pick_open r (opened c)) as [[[n f] rest]|] eqn:P; [|discriminate].
    destruct (is_zero _); [|discriminate].
    destruct (decide _ _ _ _ _ _ _ _) as [c'|] eqn:D; [|discriminate]. inversion H. subst cs.
    constructor; [|constructor]. apply (One r n f rest Zero_ (walls c) (positive c)); simpl; auto.
  - destruct (combined _ _ _ _ _ _) as [[re st]|]; [|discriminate]. destruct (_ || _); [|discriminate].
    inversion H. constructor.
  - destruct (_ && _); [|discriminate]. inversion H. constructor.
  - discriminate. Qed.

Lemma same_names : length (named whole) = length (named net).
Proof. rewrite (r_net _ _ _ _ _ _ _ _ _ root). unfold named.
  rewrite sliced_hidden, name_layers_map. now rewrite map_length. Qed.

Lemma cell_signs c m p ss : in_cell F net forms c p -> signs_right c m ->
  signs_of (first_number fixed) (its_neurons fixed) m = Some ss -> signs_are p ss.
Proof.
  intros P M H. rewrite fixed_first, fixed_neurons in H.
  pose proof (forms_length F _ _ _ _ _ _ _ _ root) as Lf. rewrite Lf, size_length in H.
  destruct (signs_of_spec _ _ _ _ H) as [L K]. apply forall2_by_nth.
  - unfold z_values. now rewrite map_length, L, same_names.
  - intros i v s V E. apply K in E. specialize (M _ _ E p P). unfold z_values in V.
    rewrite nth_error_map in V. destruct (nth_error (named net) i) as [[k r]|] eqn:I; [|discriminate].
    inversion V. subst v. cbn [snd].
    assert (Ic : nth_error (concat (hidden net)) i = Some r).
    { rewrite <- named_rows, nth_error_map, I. reflexivity. }
    assert (Rn : row_of_norm (N.of_nat (length forms) + N.of_nat i) p = of_Z (scale ctx) * z F net r p).
    { unfold norm_row. rewrite (proj2 (nth_error_None forms _)) by lia.
      replace (N.to_nat (N.of_nat (length forms) + N.of_nat i) - length forms)%nat with i by lia.
      now rewrite Ic. }
    now apply (sign_scaled F ctx (r_scale _ _ _ _ _ _ _ _ _ root) _ _ s Rn). Qed.

Lemma face_step past st q ps st' : so_far past st -> bd_concluded st = None ->
  boundaries_take st (FaceStep (Face q ps)) = Some st' -> so_far (past ++ [FaceStep (Face q ps)]) st'.
Proof.
  intros [B1 B2 B3 (found & E & R) B4 B5] C H. unfold boundaries_take in H. rewrite C in *.
  destruct (todo (the_tree (bd_regions st))) as [|ce rest] eqn:Td; [discriminate|].
  destruct (bd_signs st) as [|m ms]; [discriminate|].
  destruct (face_seen _ ce m) as [more|] eqn:Fs; [|discriminate].
  destruct (regions_take (bd_regions st) (Face q ps)) as [r|] eqn:T; [|discriminate].
  inversion H. subst st'. clear H. inversion B4 as [|? ? ? ? M Ms]. subst.
  pose proof (regions_take_invariant F d drows nt whole net forms layers ctx root _ _ _ B2 T) as B2'.
  unfold regions_take in T. destruct (counted (bd_regions st)); [discriminate|].
  destruct (in_slice (bd_regions st) ps) as [us|]; [|discriminate]. destruct B2 as (Ctx & _).
  destruct (tree_step_found _ _ _ found Ctx E T) as (found' & E' & (c & rest' & p & Tc & -> & P) & Tt).
  rewrite Td in Tc. inversion Tc. subst c rest'.
  assert (Ns : forall sample, Sample q us <> Skip sample) by discriminate.
  destruct (tree_take_children ctx _ _ _ Ns Tt) as (Sk & c & rest' & cs & leaf & Tc' & St & To).
  rewrite Td in Tc'. inversion Tc'. subst c rest'. simpl in St.
  destruct (nothing_left _ _ && _); [|discriminate]. inversion St. subst cs leaf. simpl in To.
  constructor; simpl; auto.
  - now rewrite Sk.
  - exists ((wall_count ce, p) :: found). split; auto. unfold face_seen in Fs. unfold recorded.
    cbn [filter fst]. destruct (N.eqb_spec (wall_count ce) 0) as [Z|Z]; simpl negb; cbv iota.
    + inversion Fs. exact R.
    + destruct (signs_of _ _ m) as [ss|] eqn:Sg; [|discriminate].
      destruct (N.eqb_spec (size (nulls 0 ss)) (wall_count ce)) as [L|]; [|discriminate].
      inversion Fs. simpl. constructor; [|exact R]. cbn [fst snd]. split; auto. split.
      * rewrite B1 in Sg. now apply (cell_signs ce m).
      * rewrite <- size_length. exact L.
  - rewrite To. exact Ms.
  - destruct B5 as [A1 A2]. rewrite stated_app, stated_meets_app, A1, A2. auto. Qed.

Lemma cell_step past st s st' : so_far past st -> bd_concluded st = None ->
  boundaries_take st (FaceStep (TreeStep s)) = Some st' -> so_far (past ++ [FaceStep (TreeStep s)]) st'.
Proof.
  intros [B1 B2 B3 (found & E & R) B4 B5] C H. unfold boundaries_take in H. rewrite C in *.
  destruct (todo (the_tree (bd_regions st))) as [|ce rest] eqn:Td; [discriminate|].
  destruct (bd_signs st) as [|m ms]; [discriminate|].
  destruct (regions_take (bd_regions st) (TreeStep s)) as [r|] eqn:T; [|discriminate].
  simpl in H. inversion H. subst st'. clear H. inversion B4 as [|? ? ? ? M Ms]. subst.
  pose proof (regions_take_invariant F d drows nt whole net forms layers ctx root _ _ _ B2 T) as B2'.
  unfold regions_take in T. destruct (counted (bd_regions st)); [discriminate|].
  assert (No : with_tree (bd_regions st) (tree_take (the_setting (bd_regions st)) (the_tree (bd_regions st)) s)
    = Some r /\ (forall q us, s <> Sample q us) /\ forall sample, s <> Skip sample).
  { destruct s; try discriminate; repeat split; auto; discriminate. }
  destruct No as (T' & N1 & N2). destruct B2 as (Ctx & _).
  destruct (tree_step_found _ _ _ found Ctx E T') as (found' & E' & Fb & Tt).
  assert (found' = found) by (destruct s; try exact Fb; now elim (N1 q ps)). subst found'.
  destruct (tree_take_children ctx _ _ _ N2 Tt) as (Sk & c & rest' & cs & leaf & Tc & St & To).
  rewrite Td in Tc. inversion Tc. subst c rest'.
  constructor; simpl; auto.
  - now rewrite Sk.
  - exists found. auto.
  - rewrite To, Ctx. apply Forall2_app; auto. apply (children_right ce s cs leaf); auto.
    apply (e_good _ _ _ _ _ _ _ E). rewrite Td. now left.
  - destruct B5 as [A1 A2]. rewrite stated_app, stated_meets_app, A1, A2. auto. Qed.

Lemma count_step past st ns st' : so_far past st -> bd_concluded st = None ->
  boundaries_take st (FaceStep (Count ns)) = Some st' -> so_far (past ++ [FaceStep (Count ns)]) st'.
Proof.
  intros [B1 B2 B3 (found & E & R) B4 B5] C H. unfold boundaries_take in H. rewrite C in *.
  destruct (regions_take (bd_regions st) (Count ns)) as [r|] eqn:T; [|discriminate].
  destruct (conclude _ _) as [[lines ms]|] eqn:K; [|discriminate]. inversion H. subst st'. clear H.
  pose proof (regions_take_invariant F d drows nt whole net forms layers ctx root _ _ _ B2 T) as B2'.
  unfold regions_take in T. destruct (counted (bd_regions st)); [discriminate|].
  destruct (_ && _) eqn:Cn; [|discriminate]. inversion T. subst r. rewrite !andb_true_iff in Cn.
  destruct Cn as [[Cn _] _]. constructor; simpl; auto.
  - exists found. auto.
  - destruct B5 as [A1 A2]. rewrite stated_app, stated_meets_app, A1, A2. rewrite B1 in K. simpl.
    repeat split; eauto. destruct (todo (the_tree (bd_regions st))); [auto|discriminate]. Qed.

Lemma take_so_far past st s st' : so_far past st -> boundaries_take st s = Some st' ->
  so_far (past ++ [s]) st'.
Proof.
  intros I H. destruct (bd_concluded st) as [[lines ms]|] eqn:C.
  - destruct I as [B1 B2 B3 B4 Bs B5]. unfold boundaries_take in H. rewrite C in *.
    destruct B5 as (Ct & Td & K & L & M). destruct s as [s|r p c|r s]; [discriminate| |].
    + destruct (bd_due st) as [|l due] eqn:D; [discriminate|].
      destruct (equal_lines l (r, p, c)) eqn:E; [|discriminate]. apply equal_lines_eq in E. subst l.
      inversion H. subst st'. constructor; simpl; auto. rewrite C, stated_app, stated_meets_app.
      repeat split; auto.
      * rewrite <- L, <- app_assoc. reflexivity.
      * rewrite M. simpl. now rewrite app_nil_r.
    + destruct (bd_due st) as [|] eqn:D; simpl in H; [|discriminate].
      inversion H. subst st'. constructor; simpl; auto. rewrite C, stated_app, stated_meets_app.
      repeat split; auto.
      * rewrite <- L. simpl. now rewrite !app_nil_r.
      * now rewrite M.
  - destruct s as [[s|q ps|sample|ns]|r p c|r s].
    + now apply (cell_step past st). + now apply (face_step past st).
    + unfold boundaries_take in H. rewrite C in H. discriminate.
    + now apply (count_step past st).
    + unfold boundaries_take in H. rewrite C in H. discriminate.
    + unfold boundaries_take in H. rewrite C in H. discriminate. Qed.

(** At the end the faces seen are all facets and ridges. *)
Lemma all_faces_seen st found : skipped (the_tree (bd_regions st)) = 0%N ->
  todo (the_tree (bd_regions st)) = [] ->
  enumerates F ctx net forms row_of_norm (the_tree (bd_regions st)) found ->
  recorded found (bd_seen st) -> (1 <= depth ctx)%N ->
  ((2 <= depth ctx)%N \/ forall p, in_domain F forms p -> ~ codimension F net forms 2 p) ->
  faces_seen F net forms (bd_seen st).
Proof.
  clear root fixed_first fixed_neurons.
  intros Sk Td E R Dp Two.
  assert (All : forall i, (i <= depth ctx)%N -> all_faces net forms i
    (map snd (filter (fun f => N.eqb (fst f) i) found))).
  { intros i L. apply (found_are_all F ctx net forms found); auto.
    - exact (e_faces _ _ _ _ _ _ _ E).
    - exact (e_different _ _ _ _ _ _ _ E).
    - exact (closed_tree F ctx net forms row_of_norm (the_tree (bd_regions st)) found E Td Sk). }
  unfold recorded in R. set (kept := filter _ found) in R.
  assert (Kept : forall f, In f kept <-> In f found /\ fst f <> 0%N).
  { intro f. unfold kept. rewrite filter_In, negb_true_iff, N.eqb_neq. tauto. }
  split.
  - intros n ss I. apply In_nth_error in I as [m I].
    destruct (forall2_nth_back _ _ _ R m _ I) as (f & K & Ef & S & _). cbn [fst snd] in *.
    apply nth_error_In, Kept in K as [K _]. destruct (e_faces _ _ _ _ _ _ _ E f K) as [Df Cf].
    exists (snd f). rewrite <- Ef. auto.
  - intros n ss I. apply In_nth_error in I as [m I].
    destruct (forall2_nth_back _ _ _ R m _ I) as (f & _ & _ & _ & L). exact L.
  - intros n p ss On D C S.
    assert (L : (n <= depth ctx)%N).
    { destruct On as [->| ->]; auto. destruct Two as [Two|Two]; auto. now elim (Two p D). }
    destruct (All n L) as (_ & _ & Co). destruct (Co p D C) as (q & Q & Same).
    apply in_map_iff in Q as (f & <- & Q). apply filter_In in Q as [Q Ef]. apply N.eqb_eq in Ef.
    assert (K : In f kept) by (apply Kept; split; auto; destruct On; lia).
    apply In_nth_error in K as [m K]. destruct (forall2_nth _ _ _ R m f K) as ([n' ss'] & I & E' & S' & _).
    cbn [fst snd] in *. rewrite (proj1 (same_signs_iff F net (snd f) p ss' ss S' S) Same) in I.
    apply nth_error_In in I. congruence.
  - assert (Df : ForallOrdPairs (fun f g => ~ same_signs F net (snd f) (snd g)) kept)
      by (apply filtered_pairs, (e_different _ _ _ _ _ _ _ E)).
    clearbody kept. clear -R Df. induction R as [|f e fs es (_ & S & _) R IH]; simpl; [constructor|].
    inversion Df as [|a l Fa Df']. subst. constructor; auto. intro I.
    apply in_map_iff in I as (e' & Ee & I). apply In_nth_error in I as [m I].
    destruct (forall2_nth_back _ _ _ R m e' I) as (f' & K & _ & S' & _). apply nth_error_In in K.
    rewrite Forall_forall in Fa. apply (Fa f' K).
    apply (same_signs_iff F net (snd f) (snd f') (snd e) (snd e') S S'). auto. Qed.

End Steps.

(** ** One input: there are no ridges *)

Section OneInput.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Variables (net : network) (domain : list Forms.form).

(** If only the first coordinate matters, no face has codimension 2. *)
Lemma no_ridge : (forall u v : list F, nth 0 u 0 = nth 0 v 0 -> z_values F net u = z_values F net v) ->
  (forall u v : list F, nth 0 u 0 = nth 0 v 0 -> in_domain F domain u -> in_domain F domain v) ->
  forall p, in_domain F domain p -> ~ codimension F net domain 2 p.
Proof.
  intros Z D p Dp (fs & L & Ind & Zero & _).
  destruct fs as [|f [|g [|h fs]]]; try (simpl in L; lia). clear L.
  assert (Stay : forall e : list F, nth 0 e 0 = 0 -> face_of F net domain p (moved p 1 e)).
  { intros e E. assert (N : nth 0 p 0 = nth 0 (moved p 1 e) 0) by (rewrite moved_nth, E; ring). split.
    - now apply (D p).
    - destruct (signs_exist F net p) as (ss & S). apply (same_signs_iff F net _ _ ss ss S); auto.
      unfold signs_are. now rewrite <- (Z p _ N). }
  assert (Along : forall q (e : list F), In q [f; g] ->
    value q (along e) = nth 0 e 0 * value q (along [1 : F])).
  { intros q e I. set (e' := moved e (- nth 0 e 0) [1]).
    assert (E0 : nth 0 e' 0 = 0) by (unfold e'; rewrite moved_nth; simpl; ring).
    assert (Pp : face_of F net domain p p) by (split; [exact Dp|apply same_signs_refl]).
    pose proof (Zero _ q (Stay e' E0) I) as V. rewrite at_moved, (Zero p q Pp I) in V.
    unfold e' in V. rewrite (along_moved F) in V.
    replace (value q (along e)) with (0 + 1 * (value q (along e) + - nth 0 e 0 * value q (along [1])) +
      nth 0 e 0 * value q (along [1])) by ring.
    rewrite V. ring. }
  destruct (Ind [1; 0] eq_refl) as (d1 & H1). destruct (Ind [0; 1] eq_refl) as (d2 & H2).
  inversion H1 as [|? ? ? ? F1 H1']. inversion H1' as [|? ? ? ? G1 _]. subst.
  inversion H2 as [|? ? ? ? _ H2']. inversion H2' as [|? ? ? ? G2 _]. subst. clear H1 H1' H2 H2'.
  rewrite Along in F1 by (simpl; auto). rewrite Along in G1, G2 by (simpl; auto).
  assert (Ne : nth 0 d1 0 <> 0).
  { intro E. rewrite E in F1. apply (one_is_not_zero F). rewrite <- F1. ring. }
  apply product_zero in G1; auto. apply (one_is_not_zero F). rewrite <- G2, G1. ring. Qed.

Hypothesis fits : network_fits net = true.

Lemma first_coordinate : (forall r, In r (concat (hidden net)) -> forall t, In t (inputs r) -> fst t = 0%N) ->
  forall u v : list F, nth 0 u 0 = nth 0 v 0 -> z_values F net u = z_values F net v.
Proof.
  intros R u v E.
  assert (In_ : forall r, In r (concat (hidden net)) -> sum_terms (inputs r) (fun i => values_at net u (0%N, i)) =
    sum_terms (inputs r) (fun i => values_at net v (0%N, i))).
  { intros r I. apply sum_terms_agree. intros t T. rewrite !values_input, (R r I t T). exact E. }
  assert (V : forall k, fst k <> 0%N -> values_at net u k = values_at net v k).
  { apply (TheoryPieces.values_induction net (fun k => fst k <> 0%N -> values_at net u k = values_at net v k)).
    - intros i N. now elim N.
    - intros k K Rk _. now rewrite !value_of_none by auto.
    - intros k r Rk IH K. rewrite !(value_of_neuron F net fits _ k r Rk). unfold z, row_value.
      destruct (TheoryPieces.neuron_row_fits net k r fits Rk) as [Fit _].
      apply TheoryPieces.neuron_row_some in Rk. pose proof (name_layers_rows _ _ _ Rk) as Ir.
      rewrite (In_ r Ir), (sum_terms_agree F (neurons r) (values_at net u) (values_at net v)); auto.
      intros t T. pose proof (TheoryPieces.row_fits_term _ _ _ Fit T). apply IH; lia. }
  unfold z_values. apply map_ext_in. intros [k r] I. cbn [snd]. unfold z, row_value.
  pose proof (name_layers_rows _ _ _ I) as Ir. simpl in Ir.
  pose proof (named_row net k r I) as Rk. destruct (TheoryPieces.neuron_row_fits net k r fits Rk) as [Fit _].
  rewrite (In_ r Ir), (sum_terms_agree F (neurons r) (values_at net u) (values_at net v)); auto.
  intros t T. pose proof (TheoryPieces.row_fits_term _ _ _ Fit T). apply V. lia. Qed.

End OneInput.

(** ** The theorem *)

Lemma nulls_once ss : forall i, NoDup (nulls i ss).
Proof. induction ss as [|s ss IH]; intro i; simpl; [constructor|]. destruct (is_null s); auto.
  constructor; auto. intro I. apply nulls_after in I. lia. Qed.

Section Claim.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).

(** Exactly [n] hidden neurons are 0 at [p]. *)
Definition neurons_at_zero (net : network) (p : list F) (n : N) : Prop := exists js : list nat,
  N.of_nat (length js) = n /\ NoDup js /\
  forall i, (i < length (named net))%nat -> (z_of F net i p = 0 <-> In i js).

(** What the lines of an accepted certificate say: the numbers of faces [ns], the lines [boundary] and
    [meet].  Hidden neuron [i] has row number [first + i]. *)
Record described (stands : list F -> list F -> Prop) (whole net : network) (domain : list Forms.form)
  (depth first : N) (ns : list N) (lines : list (N * N * N)) (meets : list (N * N)) : Prop := {
  d_fits : network_fits net = true;
  d_faces : forall n, (n <= depth)%N -> exists ps,
    nth_error ns (N.to_nat n) = Some (N.of_nat (length ps)) /\ all_faces (F := F) net domain n ps;
  d_walls : forall n p, n = 1%N \/ n = 2%N -> in_domain F domain p -> codimension F net domain n p ->
    neurons_at_zero net p n;
  d_evenly : forall p p' x x', in_domain F domain p -> codimension F net domain 1 p ->
    in_domain F domain p' -> same_signs F net p p' -> stands p x -> stands p' x' ->
    (bends_at F whole x <-> bends_at F whole x');
  d_number : length lines = length (named whole);
  d_lines : forall i l, nth_error lines i = Some l -> exists n c, l = ((first + N.of_nat i)%N, n, c) /\
    has_pieces F whole net domain stands i n /\ has_components F whole net domain stands i c;
  d_once : NoDup meets;
  d_meets : forall r s, In (r, s) meets <-> exists i j, r = (first + N.of_nat i)%N /\
    s = (first + N.of_nat j)%N /\ (i < j)%nat /\ meet F whole net domain stands i j }.

Lemma conclusions_right whole net domain stands fixed seen lines ms depth ns stated_ms :
  network_fits whole = true -> network_fits net = true ->
  (forall u, exists x, stands u x) ->
  (forall u x, stands u x -> z_values F whole x = z_values F net u) ->
  its_neurons fixed = named whole -> output_rows fixed = output whole ->
  faces_seen F net domain seen -> conclude fixed seen = Some (lines, ms) ->
  (forall n, (n <= depth)%N -> exists ps,
    nth_error ns (N.to_nat n) = Some (N.of_nat (length ps)) /\ all_faces (F := F) net domain n ps) ->
  NoDup stated_ms -> (forall k, In k stated_ms <-> In k ms) ->
  described stands whole net domain depth (first_number fixed) ns lines stated_ms.
Proof.
  intros Wf Nf Ex Val Own Out Seen Con Faces Once Same. unfold conclude in Con.
  rewrite Own, Out in Con. destruct (pieces_of _ _ _ _) as [ps|] eqn:Ps; [|discriminate].
  destruct (forest_of _ _) as [f|] eqn:Fo; [|discriminate]. inversion Con. subst lines ms. clear Con.
  split; auto.
  - intros n p On D C. destruct (signs_exist F net p) as (ss & S).
    pose proof (fs_all _ _ _ _ Seen n p ss On D C S) as I.
    exists (map N.to_nat (nulls 0 ss)). rewrite map_length. split; [exact (fs_null _ _ _ _ Seen n ss I)|].
    split.
    + apply FinFun.Injective_map_NoDup; [intros i j E; lia|apply nulls_once].
    + intros i L. rewrite (z_null F net p ss i S L), <- null_at, in_map_iff. split.
      * intro H. exists (N.of_nat i). split; [lia|auto].
      * intros (j & <- & H). now rewrite N2Nat.id.
  - intros p p' x x' D C D' E X X'.
    exact (facet_bends_evenly F whole net domain stands Wf Nf Ex Val seen ps Seen Ps p p' x x' D C D' E X X').
  - apply boundary_lines_length.
  - intros i l I. assert (L : (i < length (named whole))%nat).
    { rewrite <- (boundary_lines_length (first_number fixed)
        (tallied (fun _ => true) ps) (tallied (fun q => is_root f (fst q)) ps) (named whole) 0).
      apply nth_error_Some. now rewrite I. }
    rewrite boundary_lines_nth in I by exact L. inversion I. subst l. rewrite ?N.add_0_l.
    exists (count_of (N.of_nat i) (tallied (fun _ => true) ps)),
      (count_of (N.of_nat i) (tallied (fun q => is_root f (fst q)) ps)).
    split; auto. split.
    + exact (pieces_counted F whole net domain stands Wf Nf Ex Val seen ps Seen Ps i).
    + exact (components_counted F whole net domain stands Wf Nf Ex Val seen ps Seen Ps f i Fo).
  - intros r s. rewrite Same, rev_map_spec.
    pose proof (meetings_right F whole net domain stands Wf Nf Ex Val seen ps Seen Ps) as M. split.
    + intros ([i j] & E & I). cbn [fst snd] in E. inversion E. exists (N.to_nat i), (N.to_nat j).
      rewrite !N2Nat.id. split; auto. split; auto. apply M. now rewrite !N2Nat.id.
    + intros (i & j & -> & -> & H). exists (N.of_nat i, N.of_nat j). split; auto. now apply M. Qed.

(** With one input there are no ridges. *)
Lemma one_input_no_ridge a t whole net forms layers ctx : read_network a = Some whole ->
  begin_tree whole (input_count a) t = Some (net, forms, layers, ctx) -> (input_count a < 2)%N ->
  net = Network (hidden whole) [] -> network_fits net = true ->
  (forall x, stands_for F t whole net forms x x) ->
  forall p, in_domain F forms p -> ~ codimension F net forms 2 p.
Proof.
  intros R B One Net Fit Self. assert (N1 : input_count a = 1%N).
  { unfold read_network in R. destruct (N.eqb_spec (input_count a) 0); [discriminate|lia]. }
  apply no_ridge.
  - apply first_coordinate; auto. intros r I u U.
    assert (Ir : In r (map snd (named whole))) by (rewrite named_rows; subst net; exact I).
    apply in_map_iff in Ir as ([k r'] & E & Ir). simpl in E. subst r'.
    destruct (TheoryReading.read_networks_are_complete a whole R) as [_ C].
    assert (Rd : TheoryNetworkTables.reader whole k = Some r).
    { unfold TheoryNetworkTables.reader. pose proof (layer_below whole k r Ir).
      destruct (N.eqb_spec (fst k) (TheoryNetworkTables.output_layer whole)) as [E|E].
      - unfold TheoryNetworkTables.output_layer in E. lia.
      - now apply named_row. }
    pose proof (proj1 (C k r Rd) u U). lia.
  - intros u v E. rewrite <- (proj2 (Self u)), <- (proj2 (Self v)). unfold interior.
    unfold begin_tree in B. destruct (domain_is_well_formed _ _ && _) eqn:W; [|discriminate].
    apply andb_true_iff in W as [W _]. unfold domain_is_well_formed in W. rewrite forallb_forall in W.
    intros H ws I. specialize (H ws I). specialize (W ws I). apply andb_true_iff in W as [W _].
    apply N.eqb_eq in W. rewrite N1, size_length in W.
    destruct ws as [|w [|b [|]]]; try (simpl in W; lia). simpl in H |- *.
    assert (Dot : forall x : list F, match x with [] => 0 | y :: _ => of_Q w * y + 0 end = of_Q w * nth 0 x 0).
    { intros [|y x]; simpl; ring. }
    rewrite Dot in H |- *. now rewrite <- E. Qed.

(** An accepted certificate [boundaries]. *)
Theorem boundaries_sound a t steps st :
  match boundaries_start a t with
  | Some st0 => fold_steps boundaries_take st0 steps
  | None => None
  end = Some st -> boundaries_finish st = true ->
  exists whole net forms ns, read_network a = Some whole /\ counted (bd_regions st) = Some ns /\
    (forall x, exists u, stands_for F t whole net forms u x) /\
    (forall u, exists x, stands_for F t whole net forms u x) /\
    (coordinates (its_norm t) = None -> net = Network (hidden whole) [] /\
       forall x, stands_for F t whole net forms x x) /\
    stated_depth t = boundaries_depth (input_count a) /\
    (exists xs, nth_error ns 0 = Some (N.of_nat (length xs)) /\ all_regions whole (interior F t) xs) /\
    described (stands_for F t whole net forms) whole net forms (stated_depth t) (size (domain_rows t)) ns
      (stated steps) (stated_meets steps).
Proof.
  intros H Fin. unfold boundaries_start in H. destruct (regions_start a t) as [r0|] eqn:Rs; [|discriminate].
  destruct (read_network a) as [whole|] eqn:W; [|discriminate].
  destruct (N.eqb_spec (stated_depth t) (boundaries_depth (input_count a))) as [Dp|]; [|discriminate].
  unfold regions_start in Rs. rewrite W in Rs.
  destruct (begin_tree _ _ t) as [[[[net forms] layers] ctx]|] eqn:B; [|discriminate].
  destruct (root_cell ctx forms layers) as [c|] eqn:Rc; [|discriminate]. inversion Rs. subst r0. clear Rs.
  pose proof B as B'. unfold begin_tree in B'. destruct (_ && _) eqn:Wf; [|discriminate].
  pose proof (plant_rooted F _ _ _ _ _ _ _ _ _ B') as R. pose proof (read_network_fits _ _ W) as Fit.
  pose proof (r_fits _ _ _ _ _ _ _ _ _ R) as Nf.
  destruct (working_space F _ _ _ _ _ _ _ _ Fit R) as (W1 & W2 & W3).
  assert (Alike : forall u x, counterparts F (scale ctx) (map domain_row (domain_rows t)) whole net
    forms u x -> stands_for F t whole net forms u x).
  { intros u x K. split; [apply K|]. rewrite interior_rows.
    exact (counterparts_interior F _ _ _ _ _ _ _ (r_scale _ _ _ _ _ _ _ _ _ R) K). }
  set (stands := stands_for F t whole net forms).
  assert (S1 : forall x, exists u, stands u x) by (intro x; destruct (W1 x) as [u U]; exists u; now apply Alike).
  assert (S2 : forall u, exists x, stands u x) by (intro u; destruct (W2 u) as [x U]; exists x; now apply Alike).
  assert (S3 : coordinates (its_norm t) = None -> net = Network (hidden whole) [] /\ forall x, stands x x).
  { intro C. pose proof (r_net _ _ _ _ _ _ _ _ _ R) as Nt. rewrite C in Nt. split; [exact Nt|].
    intro x. apply Alike. now apply W3. }
  set (fixed := BoundariesSetting (size (domain_rows t)) (named whole) (output whole)) in H.
  assert (Start : so_far F net forms ctx fixed []
    (BoundariesState fixed (RegionsState ctx (Tree [c] (NumberMap.empty N) 0) (input_count a)
       (coordinates (its_norm t)) None) [NumberMap.empty sign] [] None [] [])).
  { pose proof (start_invariant F _ _ _ _ _ _ _ _ R c (input_count a) (coordinates (its_norm t)) Rc) as I.
    assert (M : signs_right F net forms ctx c (NumberMap.empty sign)).
    { intros n s E. rewrite NumberFacts.empty_o in E. discriminate. }
    constructor; simpl; auto.
    exists []. split; [|constructor]. destruct (root_good F _ _ _ _ _ _ _ _ R c Rc) as [G Dc].
    split; simpl.
    - intros c' [<-|[]]. exact G.
    - repeat constructor.
    - intros _ x X. left. exists c. split; [now left|]. split; [exact X|]. rewrite Dc. intros ? ? [].
    - intros ? [].
    - intros ? ? [].
    - constructor.
    - intro i. unfold count_of. now rewrite NumberFacts.empty_o. }
  assert (Fr : first_number fixed = size (map domain_row (domain_rows t)))
    by (simpl; now rewrite !size_length, map_length).
  pose proof (fold_steps_history boundaries_take (so_far F net forms ctx fixed)
    (take_so_far F _ _ _ _ _ _ _ _ R fixed Fr eq_refl) steps [] _ _ Start H) as I. simpl in I.
  destruct I as [B1 B2 B3 (found & E & Rd) _ B5]. unfold boundaries_finish in Fin.
  destruct (bd_concluded st) as [[lines ms]|]; [|discriminate].
  destruct B5 as ([ns Ct] & Td & Con & Ln & Ms). rewrite !andb_true_iff in Fin. destruct Fin as [[F1 F2] F3].
  destruct (bd_due st) as [|]; [|discriminate]. rewrite app_nil_r in Ln.
  pose proof (r_depth _ _ _ _ _ _ _ _ _ R) as Dc.
  destruct B2 as (Sc & _ & Cnt). rewrite Ct, B3 in Cnt.
  exists whole, net, forms, ns. split; auto. split; auto. split; auto. split; auto. split; auto. split; auto.
  split.
  { destruct (counted_regions F _ _ _ _ _ _ _ _ Fit R ns Cnt) as (xs & Ns & A1 & A2 & A3).
    exists xs. split; auto. split; [|split; auto].
    - intros x I. destruct (A1 x I) as [D Rg]. split; auto. now apply inside_interior.
    - intros x D. apply A3. now apply inside_interior. }
  rewrite Ln. apply (conclusions_right whole net forms stands fixed (bd_seen st) lines ms); auto.
  - intros u x X. apply X.
  - apply (all_faces_seen F net forms ctx st found); auto.
    + rewrite Dc, Dp. unfold boundaries_depth. destruct (N.leb 2 (input_count a)); lia.
    + destruct (N.leb_spec 2 (input_count a)) as [L|L].
      * left. rewrite Dc, Dp. unfold boundaries_depth. rewrite (proj2 (N.leb_le 2 _) L). lia.
      * right. assert (C : coordinates (its_norm t) = None).
        { unfold plant in B'. destruct (norm_is_well_formed (input_count a) (its_norm t)) eqn:Nw; [|discriminate].
          unfold norm_is_well_formed in Nw. destruct (coordinates (its_norm t)) as [js|]; auto.
          rewrite !andb_true_iff, !N.ltb_lt in Nw. lia. }
        destruct (S3 C) as [Net Self].
        exact (one_input_no_ridge a t whole net forms layers ctx W B L Net Nf Self).
  - rewrite <- Dc. exact (counted_exactly F ctx net forms ns Cnt).
  - rewrite <- Ms. apply NoDup_rev, falling_once, F2.
  - intro k. rewrite <- Ms, <- in_rev. now apply same_pairs_spec. Qed.

End Claim.
