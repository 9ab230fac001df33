(** * The claim [unsatisfied]: acceptance implies that no input has the property *)

Require Import Lia.
From ExactRev Require Export Unsatisfied.

Section Soundness.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation Z_ := (@of_Z F).
Local Notation Q_ := (@of_Q F).
Local Notation affine := (affine F).
Local Notation coordinate := (coordinate F).

(** ** Chunks *)

Lemma chunks_related {A B} (R : A -> B -> Prop) cs : forall vs, Forall2 R (concat cs) vs ->
  forall i c, nth_error cs i = Some c -> exists ch, nth_error (chunks cs vs) i = Some ch /\
    map fst ch = c /\ Forall (fun p => R (fst p) (snd p)) ch.
Proof.
  induction cs as [|c0 cs IH]; intros vs H i c E; [destruct i; discriminate|]. simpl in H.
  apply Forall2_app_inv_l in H as (v1 & v2 & H1 & H2 & ->).
  assert (L : length c0 = length v1) by (clear -H1; induction H1; simpl; auto).
  cbn [chunks]. rewrite L, firstn_app, skipn_app, Nat.sub_diag, firstn_all, skipn_all.
  simpl. rewrite app_nil_r. destruct i as [|i]; simpl in E.
  - inversion E. subst c0. exists (combine c v1). split; auto. clear -H1.
    induction H1 as [|a b c v1 R0 _ [IH1 IH2]]; simpl; [auto|]. split; [now rewrite IH1|constructor; auto].
  - now apply IH. Qed.

(** ** One input, and what is known there *)

Section At.
Variables (n : N) (layers : list (list (key * row))) (X Y : list F) (V : valuation F).
Hypothesis V_solves : solves V (concat layers).
Hypothesis V_inputs : forall i, V (0%N, i) = coordinate X i.

(** ** The current part *)

Variable part : part_text.
Local Notation constraints := (concat (conjunctions part)).
Variable rows : list row.
Hypothesis rows_values : map (fun r => row_value r V) rows = map (fun c => constraint_value F c X Y) constraints.

Definition has_it : Prop := has_part F part X Y.

(** A conjunction does not hold for values of its constraints. *)
Definition fails (ch : list (constraint * N)) (values : N -> F) : Prop :=
  ~ forall p, In p ch -> demanded F (strict (fst p)) (values (snd p)).

Definition numbers (first : N) : list N := output_numbers first (length rows).

(** The tree of a part: if the part holds, and not because of the [others], a cell that is still to do is
    approached from a point at which the constraints have their values. *)
Definition tree_invariant (others : Prop) (t : part_tree) : Prop := exists w forms c drows known,
  let nr := norm_row F (scale (pt_setting t)) forms w in
  grown F (pt_setting t) c drows known (pt_first t) w forms /\
  (forall ce, In ce (pt_todo t) -> flat F (pt_setting t) w forms nr ce) /\
  (has_it -> others \/ exists u ce, In ce (pt_todo t) /\ approached F w forms ce u /\
     forall i, nr (pt_first t + N.of_nat i)%N u =
       Z_ (scale (pt_setting t)) * nth i (map (fun r => row_value r V) rows) 0) /\
  (forall ce rest, pt_todo t = ce :: rest -> forall u, approached F w forms ce u ->
     forall i ch, (i < pt_violated t)%nat -> nth_error (chunks (conjunctions part) (numbers (pt_first t))) i = Some ch ->
     fails ch (fun k => nr k u)).

Record part_invariant (st : part_state) : Prop := {
  p_part : ps_part st = part;
  p_rows : ps_rows st = rows;
  p_known : forall pins rd, ps_known st = Some (pins, rd) -> restricted_ready n layers rows (Piece [] pins) = Some rd;
  p_live : match ps_tree st with
           | None => has_it -> exists pc, In pc (ps_pieces st) /\ in_piece F pc X
           | Some t => tree_invariant (exists pc, In pc (ps_pieces st) /\ in_piece F pc X) t
           end }.

Lemma demanded_scaled s b v : 0 < s -> demanded F b v <-> demanded F b (s * v).
Proof. intro S. destruct b; simpl; split; intro H.
  - now apply mul_pos.
  - now apply mul_cancel_pos in H.
  - apply mul_nonneg; auto. now apply lt_le.
  - now apply mul_cancel_nonneg in H. Qed.

(** If the property holds, the values of some conjunction are as it demands. *)
Lemma conjunction_holds first (values : N -> F) s : 0 < s ->
  (forall i, values (first + N.of_nat i)%N = s * nth i (map (fun r => row_value r V) rows) 0) -> has_it ->
  exists i ch, (i < length (conjunctions part))%nat /\
    nth_error (chunks (conjunctions part) (numbers first)) i = Some ch /\ ~ fails ch values.
Proof.
  intros S Vs (_ & cs & I & H). apply In_nth_error in I as [i I].
  assert (R : Forall2 (fun c k => values k = s * constraint_value F c X Y) constraints (numbers first)).
  { assert (L : length rows = length constraints).
    { pose proof (f_equal (@length F) rows_values) as L. now rewrite !map_length in L. }
    unfold numbers, output_numbers. rewrite L.
    assert (G : forall l k, (forall i, (i < length l)%nat -> values (first + N.of_nat (k + i))%N =
        s * nth i (map (fun c => constraint_value F c X Y) l) 0) ->
      Forall2 (fun c k => values k = s * constraint_value F c X Y) l
        (map (fun i => (first + N.of_nat i)%N) (seq k (length l)))).
    { induction l as [|c l IH]; intros k K; simpl; constructor.
      - specialize (K 0%nat). simpl in K. rewrite Nat.add_0_r in K. apply K. lia.
      - apply IH. intros j J. specialize (K (Datatypes.S j)). simpl in K.
        replace (Datatypes.S k + j)%nat with (k + Datatypes.S j)%nat by lia. apply K. lia. }
    apply G. intros j _. simpl. now rewrite Vs, rows_values. }
  destruct (chunks_related _ _ _ R i cs I) as (ch & Ec & Fc & Rc). exists i, ch.
  split; [apply nth_error_Some; now rewrite I|]. split; auto. intro Fa. apply Fa. intros p P.
  rewrite Forall_forall in Rc. rewrite (Rc p P). apply demanded_scaled; auto. apply H. rewrite <- Fc. now apply in_map. Qed.

(** *** A violated conjunction *)

Definition weighted (values : N -> F) (us : list (bool * Z * Forms.form * N)) : F :=
  fold_right (fun u a => match u with (_, y, _, k) => Z_ y * values k + a end) 0 us.

Lemma less_used_value (values : N -> F) y us : (forall b m f k, In (b, m, f, k) us -> value f y = values k) ->
  value (less_used us) y = - weighted values us.
Proof.
  intro H. induction us as [|[[[b m] f] k] us IH].
  - unfold value. simpl. ring.
  - cbn [less_used fold_right weighted]. fold (less_used us). fold (weighted values us).
    rewrite value_add_times, IH by (intros; eapply H; right; eauto).
    rewrite (H b m f k (or_introl eq_refl)), of_Z_opp. ring. Qed.

Lemma violated_fails ctx c drows known first w forms ce ch e ps u :
  grown F ctx c drows known first w forms ->
  flat F ctx w forms (norm_row F (scale ctx) forms w) ce ->
  is_violated ctx first ce ch e ps = true -> approached F w forms ce u ->
  fails ch (fun k => norm_row F (scale ctx) forms w k u).
Proof.
  intros G Fl H A. set (nr := norm_row F (scale ctx) forms w) in *. unfold is_violated in H.
  apply andb_true_iff in H as [_ H].
  destruct (collect (used_constraint ce ch) _) as [us|] eqn:C; [|discriminate].
  destruct (combined ctx ce 1 (less_used us) e _) as [[rest st]|] eqn:Co; [|discriminate].
  assert (Us : forall b m f k, In (b, m, f, k) us -> (0 < m)%Z /\ open_form k (opened ce) = Some f /\
    exists cn, In (cn, k) ch /\ strict cn = b).
  { apply collect_all in C. clear -C. induction C as [|p0 u0 ps0 us0 E _ IH]; intros b m f k I; [destruct I|].
    destruct I as [->|I]; [|eauto]. unfold used_constraint in E.
    destruct (find _ ch) as [[cn k']|] eqn:Fd; [|discriminate]. destruct (open_form (fst p0) (opened ce)) as [g|] eqn:O; [|discriminate].
    destruct (Z.ltb_spec 0 (snd p0)) as [L|L]; [|discriminate]. inversion E. subst. apply find_some in Fd as [I K].
    cbn [snd] in K. apply N.eqb_eq in K. subst k'. split; auto. split; auto. exists cn. auto. }
  assert (Le : forall y, in_cell F w forms ce y -> 0 <= - weighted (fun k => nr k y) us - Z_ rest).
  { intros y Yc. destruct Fl as [Gd Wl].
    destruct (combined_sound F ctx (w_scale _ _ _ _ _ _ _ _ G) w forms nr ce 1 _ e _ rest st y Gd Yc Co)
      as (_ & extra & E & Ex & _).
    rewrite (less_used_value (fun k => nr k y)) in E.
    - rewrite of_Z_1 in E. replace (- weighted (fun k => nr k y) us - Z_ rest) with
        (1 * - weighted (fun k => nr k y) us - Z_ rest) by ring. rewrite E.
      now replace (Z_ rest + extra - Z_ rest) with extra by ring.
    - intros b m f k I. destruct (Us b m f k I) as (_ & O & _).
      exact (open_form_value F ctx w forms ce k f y (conj Gd Wl) Yc O). }
  assert (St : steady F (fun y => - weighted (fun k => nr k y) us - Z_ rest)).
  { apply (steady_sum F (fun y => - weighted (fun k => nr k y) us) (fun _ => - Z_ rest)); [|apply steady_constant].
    apply (steady_opposite F (fun y => weighted (fun k => nr k y) us)). clear.
    induction us as [|[[[b m] f] k] us IH]; simpl; [apply steady_constant|].
    apply (steady_sum F (fun y => Z_ m * nr k y)); auto. apply steady_multiple, steady_norm_row. }
  pose proof (approached_nonneg F w forms ce u _ St Le A) as N.
  intro Holds.
  assert (R0 : (0 <= rest)%Z).
  { unfold combined in Co. destruct (rest_of _ _ _ _ _ _) as [[r s]|]; [|discriminate].
    destruct (Z.leb_spec 0 r); [|discriminate]. inversion Co. now subst. }
  assert (P : 0 <= weighted (fun k => nr k u) us /\
    (existsb (fun v => fst (fst (fst v))) us = true -> 0 < weighted (fun k => nr k u) us)).
  { clear -Us Holds. induction us as [|[[[b m] f] k] us IH]; simpl.
    - split; [apply le_refl|discriminate].
    - destruct IH as [IH1 IH2]; [intros; eapply Us; right; eauto|].
      destruct (Us b m f k (or_introl eq_refl)) as (M & _ & cn & I & B). apply (of_Z_pos F) in M.
      specialize (Holds _ I). cbn [fst snd] in Holds. rewrite B in Holds.
      assert (Nn : 0 <= Z_ m * nr k u).
      { apply mul_nonneg; [now apply lt_le|]. destruct b; simpl in Holds; auto. now apply lt_le. }
      split; [now apply add_nonneg|]. intro T. apply orb_true_iff in T as [T|T].
      + subst b. rewrite T in Holds. apply add_pos_nonneg; auto. now apply mul_pos.
      + apply add_nonneg_pos; auto. }
  destruct P as [P1 P2]. pose proof (of_Z_nonneg F rest R0) as R1. apply (lt_irrefl F 0).
  apply orb_true_iff in H as [H|H].
  - apply Z.ltb_lt in H. apply (of_Z_pos F) in H.
    replace (0 : F) with (Z_ rest + (weighted (fun k => nr k u) us + (- weighted (fun k => nr k u) us - Z_ rest))) at 2 by ring.
    apply add_pos_nonneg; auto. now apply add_nonneg.
  - specialize (P2 H).
    replace (0 : F) with (weighted (fun k => nr k u) us + (Z_ rest + (- weighted (fun k => nr k u) us - Z_ rest))) at 2 by ring.
    apply add_pos_nonneg; auto. now apply add_nonneg. Qed.

(** *** Enclosures *)

Lemma same_pins_hold a : forall b, same_pins a b = true ->
  (forall j f, In (j, f) b -> coordinate X j = affine f X) -> forall j f, In (j, f) a -> coordinate X j = affine f X.
Proof.
  induction a as [|[i g] a IH]; intros [|[k h] b] H P j f I; simpl in *; try discriminate; [tauto|].
  apply andb_true_iff in H as [H1 H2]. apply andb_true_iff in H1 as [E S]. apply N.eqb_eq in E. simpl in E. subst k.
  destruct I as [I|I]; [|eapply IH; eauto]. inversion I. subst. rewrite (P j h) by auto.
  unfold same_row in S. cbn [snd] in S. apply andb_true_iff in S as [S1 S2].
  unfold Regions.affine, input_sum. rewrite (of_Q_same F _ _ S1).
  now rewrite (same_terms_value F N.eqb N_eqb_eq _ _ _ S2). Qed.

Lemma ready_for_sound st pc pins rd : part_invariant st -> in_piece F pc X ->
  ready_for n layers st pc = Some (pins, rd) ->
  restricted_ready n layers rows (Piece [] pins) = Some rd /\ forall j f, In (j, f) pins -> coordinate X j = affine f X.
Proof.
  intros I [_ P] H. unfold ready_for in H.
  assert (New : option_map (pair (pinned pc)) (restricted_ready n layers (ps_rows st) pc) = Some (pins, rd) ->
    restricted_ready n layers rows (Piece [] pins) = Some rd /\ forall j f, In (j, f) pins -> coordinate X j = affine f X).
  { rewrite (p_rows st I). destruct (restricted_ready n layers rows pc) as [rd'|] eqn:R; [|discriminate].
    intro E. inversion E. subst. auto. }
  destruct (ps_known st) as [[pins' rd']|] eqn:K; auto.
  destruct (same_pins pins' (pinned pc)) eqn:S; auto. inversion H. subst. split; [now apply (p_known st I)|].
  eapply same_pins_hold; eauto. Qed.

Lemma ready_for_known st pc pins rd : part_invariant st ->
  ready_for n layers st pc = Some (pins, rd) -> restricted_ready n layers rows (Piece [] pins) = Some rd.
Proof.
  intros I H. unfold ready_for in H.
  assert (New : option_map (pair (pinned pc)) (restricted_ready n layers (ps_rows st) pc) = Some (pins, rd) ->
    restricted_ready n layers rows (Piece [] pins) = Some rd).
  { rewrite (p_rows st I). destruct (restricted_ready n layers rows pc) as [rd'|] eqn:R; [|discriminate].
    intro E. inversion E. subst. exact R. }
  destruct (ps_known st) as [[pins' rd']|] eqn:K; auto.
  destruct (same_pins pins' (pinned pc)) eqn:S; auto. inversion H. subst. now apply (p_known st I). Qed.

Lemma enclosed_sound pc pins rd s : in_piece F pc X ->
  restricted_ready n layers rows (Piece [] pins) = Some rd ->
  (forall j f, In (j, f) pins -> coordinate X j = affine f X) ->
  is_enclosed n part pc pins rd s = true -> ~ has_it.
Proof.
  intros [D _] Made P H. unfold restricted_ready in Made.
  destruct (restricted n layers rows (Piece [] pins)) as [net|] eqn:R; [|discriminate]. unfold is_enclosed in H. set (here := Piece (piece_domain pc) pins) in *.
  destruct (restricted_outputs F n layers X V V_solves V_inputs rows (Piece [] pins) net P R) as [Fit Out].
  change (free_inputs n (Piece [] pins)) with (free_inputs n here) in Out. set (js := free_inputs n here) in *.
  destruct (collect _ (piece_domain pc)) as [drows|] eqn:C; [|discriminate].
  destruct (ready_bounds rd (size js) s drows) as [hs|] eqn:Hs; [|discriminate].
  assert (Dr : forall r, In r drows -> 0 <= affine r (left_of F js X)).
  { intros r I. apply collect_all in C. clear -C I D.
    induction C as [|q r' qs rs E _ IH]; [destruct I|]. destruct I as [<-|I].
    - rewrite (renumbered_row_value F _ _ _ _ E). apply D. now left.
    - apply IH; auto. intros q0 Q. apply D. now right. }
  pose proof (ready_bounds_sound F net no_pairs [] rd (size js) s drows _ hs Fit no_pairs_fit Made Dr Hs) as B.
  rewrite Out, rows_values in B. cbv zeta in B.
  intros (_ & cs & I & Hc). apply In_nth_error in I as [i I].
  set (U := Z_ (2 ^ Z.of_N s)) in *.
  assert (R' : Forall2 (fun c h => U * constraint_value F c X Y <= Z_ (snd h)) constraints hs).
  { clear -B. remember (map _ constraints) as l. revert Heql. generalize constraints as cs.
    induction B as [|o h os hs [_ Hh] _ IH]; intros [|c cs] E; try discriminate; constructor; inversion E; subst; auto. }
  destruct (chunks_related _ _ _ R' i cs I) as (ch & Ec & Fc & Rc).
  rewrite forallb_forall in H. specialize (H ch (nth_error_In _ _ Ec)). apply existsb_exists in H as (p & Ip & Neg).
  rewrite Forall_forall in Rc. specialize (Rc p Ip). apply Z.ltb_lt in Neg.
  assert (Hp : In (fst p) cs) by (rewrite <- Fc; now apply in_map). specialize (Hc _ Hp).
  assert (Up : 0 < U) by (apply of_Z_pos, Z.pow_pos_nonneg; lia).
  assert (N0 : 0 <= U * constraint_value F (fst p) X Y).
  { apply mul_nonneg; [now apply lt_le|]. destruct (strict (fst p)); simpl in Hc; auto. now apply lt_le. }
  assert (Pn : 0 < - Z_ (snd (snd p))) by (rewrite <- of_Z_opp; apply of_Z_pos; lia).
  apply (lt_irrefl F 0). replace (0 : F) with (- Z_ (snd (snd p)) + Z_ (snd (snd p))) at 2 by ring.
  apply add_pos_nonneg; auto. eapply le_trans; eauto. Qed.

(** *** The steps *)

Lemma part_take_invariant st s st' : part_invariant st -> part_take n layers st s = Some st' -> part_invariant st'.
Proof.
  intros I H. pose proof I as [Pp Pr Pk Pl]. unfold part_take in H.
  destruct (ps_tree st) as [t|] eqn:T.
  - destruct s as [|r j ps|j q p|ps|s|xs nt|ts|i e ps]; try discriminate.
    + (* a step of the tree *)
      destruct (_ && _) eqn:C; [|discriminate].
      destruct (descend (pt_setting t) (pt_todo t) ts) as [todo|] eqn:D; [|discriminate].
      destruct Pl as (w & forms & c & drows & known & G & Fl & Live & _).
      set (nr := norm_row F (scale (pt_setting t)) forms w) in *.
      assert (Nf : forall ce, In ce todo -> flat F (pt_setting t) w forms nr ce).
      { assert (Cv : covers F (pt_setting t) w forms nr (pt_todo t) (fun _ => False) (fun _ => False))
          by (split; [exact Fl|intros ? []]).
        exact (proj1 (grown_descend F _ _ _ _ _ _ _ _ _ _ _ _ G Cv D)). }
      assert (Nl : has_it -> (exists pc, In pc (ps_pieces st) /\ in_piece F pc X) \/
        exists u ce, In ce todo /\ approached F w forms ce u /\
          forall i, nr (pt_first t + N.of_nat i)%N u =
            Z_ (scale (pt_setting t)) * nth i (map (fun r => row_value r V) rows) 0).
      { intro L. destruct (Live L) as [O|(u & ce & Ice & A & K)]; auto. right.
        assert (Cv : covers F (pt_setting t) w forms nr (pt_todo t) (fun y => y = u) (fun _ => False)).
        { split; [exact Fl|]. intros y ->. left. eauto. }
        destruct (proj2 (grown_descend F _ _ _ _ _ _ _ _ _ _ _ _ G Cv D) u eq_refl) as [(ce' & I' & A')|[]].
        exists u, ce'. auto. }
      destruct todo as [|ce0 todo0]; inversion H; subst st'; split;
        cbn [set_pieces ps_part ps_rows ps_known ps_tree ps_pieces]; auto.
      * intro Hi. destruct (Nl Hi) as [O|(u & ce & [] & _)]. exact O.
      * exists w, forms, c, drows, known. cbn [pt_setting pt_todo pt_first pt_violated].
        split; [exact G|]. split; [exact Nf|]. split; [exact Nl|]. intros; lia.
    + (* a violated conjunction *)
      destruct (pt_todo t) as [|ce rest] eqn:Td; [discriminate|].
      destruct (nth_error _ (pt_violated t)) as [ch|] eqn:Ch; [|discriminate].
      destruct (_ && _) eqn:C; [|discriminate]. apply andb_true_iff in C as [_ C]. rewrite Pp, Pr in *.
      destruct Pl as (w & forms & c & drows & known & G & Fl & Live & Fa).
      set (nr := norm_row F (scale (pt_setting t)) forms w) in *. rewrite Td in *.
      assert (Fa' : forall u, approached F w forms ce u -> forall i ch, (i < Datatypes.S (pt_violated t))%nat ->
        nth_error (chunks (conjunctions part) (numbers (pt_first t))) i = Some ch -> fails ch (fun k => nr k u)).
      { intros u A i' ch' L E. destruct (Nat.eq_dec i' (pt_violated t)) as [->|Ne].
        - unfold numbers in E. rewrite E in Ch. inversion Ch. subst ch'.
          exact (violated_fails _ c drows known _ w forms ce ch e ps u G (Fl ce (or_introl eq_refl)) C A).
        - apply (Fa ce rest eq_refl u A i'); auto. lia. }
      destruct (Nat.eqb (Datatypes.S (pt_violated t)) _) eqn:Last; inversion H; subst st'; clear H.
      * apply Nat.eqb_eq in Last.
        assert (Nl : has_it -> (exists pc, In pc (ps_pieces st) /\ in_piece F pc X) \/
          exists u ce, In ce rest /\ approached F w forms ce u /\
            forall i, nr (pt_first t + N.of_nat i)%N u =
              Z_ (scale (pt_setting t)) * nth i (map (fun r => row_value r V) rows) 0).
        { intro Hi. destruct (Live Hi) as [O|(u & ce' & [<-|I'] & A & K)]; auto; [exfalso|right; exists u, ce'; auto].
          destruct (conjunction_holds (pt_first t) (fun k => nr k u) (Z_ (scale (pt_setting t)))) as (i' & ch' & L & E & Nf); auto.
          - apply of_Z_pos. exact (w_scale _ _ _ _ _ _ _ _ G).
          - apply Nf. apply (Fa' u A i'); auto. lia. }
        destruct rest as [|ce0 rest0]; split; cbn [set_pieces is_nil ps_part ps_rows ps_known ps_tree ps_pieces]; auto.
        -- intro Hi. destruct (Nl Hi) as [O|(u & ce' & [] & _)]. exact O.
        -- exists w, forms, c, drows, known. cbn [pt_setting pt_todo pt_first pt_violated].
           split; [exact G|]. split; [intros ce' I'; apply Fl; now right|]. split; [exact Nl|]. intros; lia.
      * split; cbn [set_pieces ps_part ps_rows ps_known ps_tree ps_pieces]; auto.
        exists w, forms, c, drows, known. cbn [pt_setting pt_todo pt_first pt_violated].
        split; [exact G|]. split; [exact Fl|]. split; [exact Live|].
        intros ce' rest' E u A i' ch' L K. inversion E. subst ce' rest'. exact (Fa' u A i' ch' L K).
  - destruct s as [|r j ps|j q p|ps|s|xs nt|ts|i e ps]; try discriminate;
      destruct (ps_pieces st) as [|pc rest] eqn:P; try discriminate.
    + destruct (pin pc r j ps) as [pc'|] eqn:E; [|discriminate]. inversion H. subst st'.
      split; cbn [set_pieces ps_part ps_rows ps_known ps_tree ps_pieces]; auto.
      intro Hi. destruct (Pl Hi) as (q & [<-|Q] & K); [exists pc'|exists q]; simpl; auto. split; auto.
      eapply pin_sound; eauto.
    + destruct (cut n pc j q p) as [[above below]|] eqn:E; [|discriminate]. inversion H. subst st'.
      split; cbn [set_pieces ps_part ps_rows ps_known ps_tree ps_pieces fst snd]; auto.
      intro Hi. destruct (Pl Hi) as (q' & [<-|Q] & K); [|exists q'; simpl; auto].
      destruct (cut_sound F _ _ _ _ _ _ _ X E K); [exists above|exists below]; simpl; auto.
    + destruct (is_vacant pc ps) eqn:E; [|discriminate]. inversion H. subst st'.
      split; cbn [set_pieces ps_part ps_rows ps_known ps_tree ps_pieces]; auto.
      intro Hi. destruct (Pl Hi) as (q & [<-|Q] & K); [|exists q; auto]. now elim (vacant_sound F _ _ X E).
    + destruct (ready_for n layers st pc) as [[pins rd]|] eqn:E; [|discriminate].
      destruct (is_enclosed _ _ _ _ _ _) eqn:B; [|discriminate]. inversion H. subst st'.
      split; cbn [ps_part ps_rows ps_known ps_tree ps_pieces]; auto.
      * intros pins' rd' K. inversion K. subst. eapply ready_for_known; eauto.
      * intro Hi. destruct (Pl Hi) as (q & [<-|Q] & K); [exfalso|exists q; auto].
        destruct (ready_for_sound st pc pins rd I K E) as [R Pn]. rewrite Pp in B.
        exact (enclosed_sound pc pins rd s K R Pn B Hi).
    + destruct (interior_rows_of n pc xs) as [drows|] eqn:Ir; [|discriminate].
      destruct (restricted n layers (ps_rows st) pc) as [net|] eqn:R; [|discriminate].
      destruct (grow net _ drows nt) as [[[ctx c] first]|] eqn:G; [|discriminate]. inversion H. subst st'.
      destruct (grow_grown F _ _ _ _ _ _ _ G) as (w & forms & Gr & _).
      destruct (interior_rows_sound F n pc xs drows Ir) as [In0 Cl]. rewrite Pr in R.
      split; cbn [set_pieces ps_part ps_rows ps_known ps_tree ps_pieces]; auto.
      exists w, forms, c, drows, (outputs net). cbn [pt_setting pt_todo pt_first pt_violated].
      split; [exact Gr|]. split; [intros ce [<-|[]]; exact (w_cell _ _ _ _ _ _ _ _ Gr)|].
      split; [|intros; lia]. intro Hi. destruct (Pl Hi) as (q & [<-|Q] & K); [right|left; exists q; auto].
      destruct (restricted_outputs F n layers X V V_solves V_inputs rows pc net (proj2 K) R) as [_ Out].
      destruct (closed_approached F ctx c drows (outputs net) first w forms (left_of F (free_inputs n pc) X) Gr
        (Cl X K) In0) as (u & A & Kn). exists u, c. split; [now left|]. split; [exact A|].
      intro i. now rewrite Kn, Out. Qed.

End At.

(** ** All networks *)

Lemma placed_spec ts : forall nets (xs : list (list F)) before (v : valuation F),
  Forall2 (fun t net => read_network t = Some net) ts nets -> inputs_of F ts xs ->
  (forall i, v (0%N, i) = nth (N.to_nat i) (before ++ concat xs) 0) ->
  inputs_placed F (placed_from (N.of_nat (length before)) ts nets) xs v /\
  map (fun p => outputs (the_network (fst p)) (snd p)) (combine (placed_from (N.of_nat (length before)) ts nets) xs) =
    map (fun p => outputs (fst p) (snd p)) (combine nets xs) /\
  (forall p, In p (placed_from (N.of_nat (length before)) ts nets) -> network_fits (the_network p) = true).
Proof.
  induction ts as [|t ts IH]; intros nets xs before v R I V;
    inversion R as [|t' net ts' nets' Rn Rs]; subst; inversion I as [|t' x ts' xs' Il Is]; subst; simpl.
  - split; [constructor|]. split; [reflexivity|]. intros ? [].
  - destruct (IH nets' xs' (before ++ x) v Rs Is) as (A & B & C).
    { intro i. rewrite <- app_assoc. apply V. }
    rewrite app_length, Nat2N.inj_add, Il in A, B, C. split; [|split].
    + constructor; auto. cbn [first_input input_number]. intros i L. rewrite V. simpl concat.
      replace (N.to_nat (N.of_nat (length before) + i)) with (length before + N.to_nat i)%nat by lia.
      rewrite app_nth2_plus, app_nth1 by lia. reflexivity.
    + now rewrite B.
    + intros p [<-|P]; auto. cbn [the_network]. eapply read_network_fits; eauto. Qed.

Lemma constraint_row_value outs c (v : valuation F) X Y : (forall i, v (0%N, i) = nth (N.to_nat i) X 0) ->
  map (fun r => row_value r v) outs = Y -> row_value (constraint_row outs c) v = constraint_value F c X Y.
Proof.
  intros Vi <-. unfold constraint_row, constraint_value.
  assert (G : forall ws outs, row_value (fold_right (fun (p : Q * row) r => if q_is_zero (fst p) then r
      else add_multiple r (fst p) (snd p)) (Row (at_zero c) (numbered 0 (of_inputs c)) []) (combine ws outs)) v =
    dot F (of_inputs c) X + dot F ws (map (fun r => row_value r v) outs) + Q_ (at_zero c)).
  { induction ws as [|w ws IH]; intros outs0.
    - simpl. unfold row_value. cbn [bias inputs neurons sum_terms].
      rewrite (sum_terms_agree F _ (fun i => v (0%N, i)) (fun i => nth (N.to_nat i) X 0)) by (intros; apply Vi).
      rewrite (numbered_value F X). simpl. ring.
    - destruct outs0 as [|r outs0]; simpl.
      + specialize (IH []). destruct ws; exact IH.
      + destruct (q_is_zero w) eqn:Z.
        * rewrite IH, (of_Q_zero F w Z). ring.
        * rewrite add_multiple_value, IH. ring. }
  apply G. Qed.

(** An accepted certificate [unsatisfied]: at no input of the networks do they have one of the stated parts
    of the property. *)
Theorem unsatisfied_sound ts parts steps :
  judged (unsatisfied_start ts parts) unsatisfied_take unsatisfied_finish steps = true ->
  exists nets, Forall2 (fun t net => read_network t = Some net) ts nets /\
    forall xs, inputs_of F ts xs -> ~ has_property F parts (concat xs) (all_outputs F nets xs).
Proof.
  intro H. unfold judged, unsatisfied_start in H. destruct (collect_networks ts) as [nets|] eqn:C; [|discriminate].
  destruct (side_by_side 0 (placed_from 0 ts nets)) as [layers outs] eqn:Sb.
  destruct (_ && _) eqn:Ok; [|discriminate]. destruct (fold_steps _ _ steps) as [st|] eqn:E; [|discriminate].
  pose proof (collect_networks_spec _ _ C) as R. exists nets. split; auto. intros xs Xs.
  apply andb_true_iff in Ok as [_ Ok]. rewrite forallb_forall in Ok.
  set (X := concat xs). set (Y := all_outputs F nets xs). set (V := side_valuation F (placed_from 0 ts nets) xs X).
  assert (Vi : forall i, V (0%N, i) = nth (N.to_nat i) X 0) by reflexivity.
  destruct (placed_spec ts nets xs [] V R Xs Vi) as (P1 & P2 & P3). simpl in P1, P2, P3.
  destruct (side_by_side_solved F (placed_from 0 ts nets) xs X layers outs) as [Sv Vs]; auto.
  { apply Forall_forall. intros p P. split; auto. }
  fold V in Sv, Vs. rewrite P2 in Vs.
  assert (Ys : map (fun r => row_value r V) (concat outs) = Y).
  { unfold Y, all_outputs. now rewrite concat_map, Vs. }
  set (n := total_inputs ts) in *.
  set (rows := fun part => map (constraint_row (concat outs)) (concat (conjunctions part))).
  assert (Rv : forall part, map (fun r => row_value r V) (rows part) =
    map (fun c => constraint_value F c X Y) (concat (conjunctions part))).
  { intro part. unfold rows. rewrite map_map. apply map_ext. intro c. now apply constraint_row_value. }
  set (inv := fun s => us_width s = n /\ us_layers s = layers /\ us_outputs s = concat outs /\
    (forall part, In part parts -> has_part F part X Y -> In part (us_waiting s) \/
       exists ps, us_current s = Some ps /\ ps_part ps = part) /\
    match us_current s with
    | Some ps => part_invariant n layers X Y V (ps_part ps) (rows (ps_part ps)) ps
    | None => True
    end).
  assert (Start : inv (UnsatisfiedState n layers (concat outs) parts None)).
  { split; [reflexivity|]. split; [reflexivity|]. split; [reflexivity|]. split; [|exact I]. cbn. auto. }
  assert (Fin : inv st).
  { refine (fold_steps_invariant unsatisfied_take inv _ steps _ _ Start E). clear E H Start st steps.
    intros s s0 s' (I1 & I2 & I3 & I4 & I5) T. unfold unsatisfied_take in T. rewrite I1, I2, I3 in T.
    destruct (us_current s) as [ps|] eqn:Cu.
    - destruct (part_take n layers ps s0) as [ps'|] eqn:Pt; [|discriminate].
      pose proof (part_take_invariant n layers X Y V Sv Vi (ps_part ps) (rows (ps_part ps)) (Rv (ps_part ps)) ps s0 ps' I5 Pt) as N5.
      pose proof (p_part _ _ _ _ _ _ _ _ N5) as Same.
      assert (Go : s' = UnsatisfiedState n layers (concat outs) (us_waiting s) (Some ps') \/
        (ps_tree ps' = None /\ ps_pieces ps' = [] /\
         s' = UnsatisfiedState n layers (concat outs) (us_waiting s) None)).
      { destruct (ps_tree ps') as [t|]; [inversion T; auto|]. destruct (ps_pieces ps'); inversion T; auto. }
      destruct Go as [->|(Tn & Pn & ->)]; (split; [reflexivity|]; split; [reflexivity|]; split; [reflexivity|]);
        cbn [us_waiting us_current]; (split; [|]).
      + intros part Ip Hp. destruct (I4 part Ip Hp) as [W|(ps0 & E0 & Q)]; auto. right. inversion E0. subst ps0.
        exists ps'. split; auto. congruence.
      + now rewrite Same.
      + intros part Ip Hp. destruct (I4 part Ip Hp) as [W|(ps0 & E0 & Q)]; auto. exfalso. inversion E0. subst ps0.
        pose proof (p_live _ _ _ _ _ _ _ _ N5) as L. rewrite Tn, Pn in L. rewrite Q in L.
        destruct (L Hp) as (pc & [] & _).
      + exact I.
    - destruct s0; try discriminate. destruct (us_waiting s) as [|part rest] eqn:W; [discriminate|].
      inversion T. subst s'. clear T.
      split; [reflexivity|]. split; [reflexivity|]. split; [reflexivity|]. cbn [us_waiting us_current]. split.
      + intros part' Ip Hp. destruct (I4 part' Ip Hp) as [[<-|W']|(ps0 & E0 & _)]; try discriminate; auto.
        right. eexists. split; [reflexivity|reflexivity].
      + cbn [ps_part]. split; cbn [ps_part ps_rows ps_known ps_tree ps_pieces]; auto; [discriminate|].
        intros (D & _). exists (Piece (map domain_row (part_rows part)) []). split; [now left|].
        split; cbn [piece_domain pinned]; [|intros ? ? []]. intros r Ir. apply in_map_iff in Ir as (ws & <- & Ir).
        rewrite domain_row_value. now apply D. }
  destruct Fin as (_ & _ & _ & I4 & _). unfold unsatisfied_finish in H. apply andb_true_iff in H as [H1 H2].
  intros (part & Ip & Hp). destruct (I4 part Ip Hp) as [W|(ps & E0 & _)].
  - destruct (us_waiting st); [destruct W|discriminate].
  - rewrite E0 in H2. discriminate. Qed.

End Soundness.
