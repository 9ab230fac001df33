(** * A network in terms of gaps, made ready for enclosures (format, section 11, [within] by boxes)

    Where a neuron q has a partner p in its layer and a number c > 0, its value is c times the sum of p's
    value and of the gap relu(z_p + z) - relu(z_p), where z = z_q / c - z_p.  Without any pairs it is the
    network itself. *)

Require Import Lia.
From ExactRev Require Export BoxesStages.

(** Of a neuron: its partner, and about how many times that it is. *)
Definition pairing := KeyMap.t (key * Q).
Definition no_pairs : pairing := KeyMap.empty (key * Q).

(** Of which neuron of B, which neuron of A: the numbers in a layer. *)
Record pair_text := PairText { pair_layer : N; pair_b : N; pair_a : N; pair_number : Q }.

Definition layer_size (net : network) (l : N) : N := size (nth (N.to_nat (N.pred l)) (hidden net) []).

(** The pairs of B's neurons, which come after A's in each layer of the difference, with A's. *)
Fixpoint read_pairs (a b : network) (after : option key) (ts : list pair_text) (ps : pairing) : option pairing :=
  match ts with
  | [] => Some ps
  | t :: ts =>
      let l := pair_layer t in
      let k := (l, layer_size a l + pair_b t)%N in
      if N.ltb 0 l && N.ltb (pair_a t) (layer_size a l) && N.ltb (pair_b t) (layer_size b l) &&
         q_positive (pair_number t) &&
         match after with Some j => match key_compare j k with Lt => true | _ => false end | None => true end
      then read_pairs a b (Some k) ts (KeyMap.add k ((l, pair_a t), pair_number t) ps) else None
  end.

(** ** Rows in terms of gaps *)

Fixpoint gapped (ps : pairing) (ts : list (term key)) : list (term key) :=
  match ts with
  | [] => []
  | (k, w) :: ts =>
      match KeyMap.find k ps with
      | Some (p, c) => let wc := q_mul w c in plus key_compare [(p, wc); (k, wc)] (gapped ps ts)
      | None => plus key_compare [(k, w)] (gapped ps ts)
      end
  end.

Definition gapped_row (ps : pairing) (r : row) : row := Row (bias r) (inputs r) (gapped ps (neurons r)).

(** A neuron with its partner, if it has one, and its row; [rows] are those of its layer. *)
Definition paired_neuron (ps : pairing) (rows : list row) (n : key * row) : option (key * option key * row) :=
  match KeyMap.find (fst n) ps with
  | None => Some (fst n, None, snd n)
  | Some (p, c) =>
      match nth_error rows (N.to_nat (snd p)) with
      | Some r => Some (fst n, Some p, add_multiple (scale_row (Qinv c) (snd n)) (-1) r)
      | None => None
      end
  end.

Definition stage_with (l : list (key * option key * row)) : option stage := stage_of (map fst l) (map snd l).

(** The stages of a layer: its first [count] neurons, and the others. *)
Definition layer_stages (ps : pairing) (count : nat) (l : N) (rows : list row) : option (stage * stage) :=
  let rows := map (gapped_row ps) rows in
  match collect (paired_neuron ps rows) (name_rows l 0 rows) with
  | Some ns =>
      match stage_with (firstn count ns), stage_with (skipn count ns) with
      | Some first, Some second => Some (first, second)
      | _, _ => None
      end
  | None => None
  end.

Fixpoint all_stages (ps : pairing) (counts : list nat) (l : N) (layers : list (list row)) : option (list stage) :=
  match layers with
  | [] => Some []
  | rows :: layers =>
      match layer_stages ps (hd O counts) l rows, all_stages ps (tl counts) (N.succ l) layers with
      | Some (first, second), Some rest => Some (first :: second :: rest)
      | _, _ => None
      end
  end.

(** A network made ready: its hidden layers' stages, and the outputs. *)
Record ready := Ready { hidden_stages : list stage; last_stage : stage }.

Definition make_ready (ps : pairing) (counts : list nat) (net : network) : option ready :=
  match all_stages ps counts 1 (hidden net), stage_of [] (map (gapped_row ps) (output net)) with
  | Some sts, Some last => Some (Ready sts last)
  | _, _ => None
  end.

Definition ready_bounds (rd : ready) (m s : N) (rows : list row) : option (list (Z * Z)) :=
  stage_bounds (hidden_stages rd) (last_stage rd) m s rows.

(** ** Soundness *)

(** Partners are in the same layer, and have none themselves. *)
Definition pairs_fit (ps : pairing) : Prop := forall k p c, KeyMap.find k ps = Some (p, c) ->
  (0 < fst k)%N /\ fst p = fst k /\ q_positive c = true /\ KeyMap.find p ps = None.

Lemma no_pairs_fit : pairs_fit no_pairs.
Proof. intros k p c H. unfold no_pairs in H. rewrite KeyFacts.empty_o in H. discriminate. Qed.

Lemma read_pairs_fit a b ts ps : read_pairs a b None ts no_pairs = Some ps -> pairs_fit ps.
Proof.
  set (fine := fun ps : pairing => forall k p c, KeyMap.find k ps = Some (p, c) ->
    (0 < fst k)%N /\ fst p = fst k /\ q_positive c = true /\
    (snd p < layer_size a (fst k))%N /\ (layer_size a (fst k) <= snd k)%N).
  assert (G : forall ts after qs, fine qs -> read_pairs a b after ts qs = Some ps -> fine ps).
  { clear ts. induction ts as [|t ts IH]; cbn [read_pairs]; intros after qs Fq H; [now inversion H; subst|].
    destruct (_ && _) eqn:C; [|discriminate]. rewrite !andb_true_iff in C. destruct C as [[[[C1 C2] C3] C4] _].
    apply N.ltb_lt in C1, C2, C3. apply (IH _ _) in H; auto.
    intros k p c K. rewrite KeyFacts.add_o in K. destruct (KeyMap.E.eq_dec _ k) as [D|D]; [|now apply Fq].
    change ((pair_layer t, layer_size a (pair_layer t) + pair_b t)%N = k) in D. inversion K. subst. cbn [fst snd].
    repeat split; auto. lia. }
  intro H. assert (Fp : fine ps).
  { apply (G ts None no_pairs); auto. intros k p c K. unfold no_pairs in K. rewrite KeyFacts.empty_o in K. discriminate. }
  intros k p c K. destruct (Fp k p c K) as (A & B & C & D & E). repeat split; auto.
  destruct (KeyMap.find p ps) as [[p' c']|] eqn:P; auto. destruct (Fp p p' c' P) as (_ & _ & _ & _ & L).
  rewrite B in L. lia. Qed.

Lemma ready_bounds_length net ps counts rd m s rows bs : make_ready ps counts net = Some rd ->
  ready_bounds rd m s rows = Some bs -> length bs = length (output net).
Proof.
  unfold make_ready. destruct (all_stages _ _ _ _) as [sts|]; [|discriminate].
  destruct (stage_of [] _) as [last|] eqn:L; [|discriminate]. intros H B. inversion H. subst rd. clear H.
  rewrite (stage_bounds_length _ _ _ _ _ _ B). unfold stage_of in L.
  destruct (collect (whole _) _) as [ws|] eqn:C; [|discriminate]. inversion L. cbn [whole_rows].
  apply collect_all in C. rewrite <- (map_length (gapped_row ps) (output net)). clear -C. induction C; simpl; auto. Qed.

Section Soundness.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation Z_ := (@of_Z F).
Local Notation Q_ := (@of_Q F).
Local Notation affine := (affine F).

Section Network.
Variables (net : network) (ps : pairing) (v : valuation F).
Hypothesis solved : solves v (named net).
Hypothesis fit : pairs_fit ps.

(** The z of a neuron, and what the gaps make of it and of the value. *)
Definition sum_at (k : key) : F :=
  row_value (nth (N.to_nat (snd k)) (nth (N.to_nat (N.pred (fst k))) (hidden net) []) (Row 0%Q [] [])) v.

Definition gap_value (u : valuation F) : valuation F := fun k =>
  match KeyMap.find k ps with Some (p, c) => Q_ (Qinv c) * u k - u p | None => u k end.

Lemma number_inverse c : q_positive c = true -> Q_ c * Q_ (Qinv c) = 1 /\ 0 < Q_ (Qinv c).
Proof.
  intro P. assert (N : q_is_zero c = false).
  { unfold q_positive, q_is_zero in *. apply Z.ltb_lt in P. apply Z.eqb_neq. lia. }
  split; [now apply of_Q_inverse|]. apply of_Q_positive. unfold q_positive in *. destruct c as [n d].
  apply Z.ltb_lt in P. cbn [Qnum] in P. destruct n as [|n|n]; try lia. reflexivity. Qed.

Lemma gapped_value ts : sum_terms (gapped ps ts) (gap_value v) = sum_terms ts v.
Proof.
  induction ts as [|[k w] ts IH]; cbn [gapped]; auto.
  destruct (KeyMap.find k ps) as [[p c]|] eqn:K; rewrite plus_value by exact key_compare_eq; cbn [sum_terms]; rewrite IH.
  - destruct (fit k p c K) as (_ & _ & C & P). destruct (number_inverse c C) as [I _].
    unfold gap_value. rewrite K, P, of_Q_mul.
    replace (Q_ w * Q_ c * v p + (Q_ w * Q_ c * (Q_ (Qinv c) * v k - v p) + 0)) with
      (Q_ w * v k * (Q_ c * Q_ (Qinv c))) by ring. rewrite I. ring.
  - unfold gap_value. rewrite K. ring. Qed.

Lemma gap_value_input i : gap_value v (0%N, i) = v (0%N, i).
Proof. unfold gap_value. destruct (KeyMap.find (0%N, i) ps) as [[p c]|] eqn:K; auto.
  destruct (fit _ _ _ K) as [L _]. simpl in L. lia. Qed.

Lemma gapped_row_value r : row_value (gapped_row ps r) (gap_value v) = row_value r v.
Proof. unfold row_value, gapped_row. cbn [bias inputs neurons]. rewrite gapped_value. f_equal. f_equal.
  apply sum_terms_agree. intros t _. apply gap_value_input. Qed.

Lemma named_in_layers layers : forall l i rows n, nth_error layers i = Some rows ->
  In n (name_rows (l + N.of_nat i) 0 rows) -> In n (name_layers l layers).
Proof.
  induction layers as [|first layers IH]; intros l [|i] rows n E I; try discriminate; simpl; apply in_or_app.
  - left. inversion E. subst. now rewrite N.add_0_r in I.
  - right. apply (IH (N.succ l) i rows); auto. now replace (N.succ l + N.of_nat i)%N with (l + N.of_nat (S i))%N by lia. Qed.

(** Of a row of a layer: the z and the value of its neuron. *)
Lemma layer_value i rows j r : nth_error (hidden net) i = Some rows -> nth_error rows j = Some r ->
  let k := (N.succ (N.of_nat i), N.of_nat j) in sum_at k = row_value r v /\ v k = relu (row_value r v).
Proof.
  intros I J k. split.
  - unfold sum_at, k. cbn [fst snd]. rewrite N.pred_succ, !Nat2N.id, (nth_error_nth _ _ _ I).
    now rewrite (nth_error_nth _ _ _ J).
  - unfold solves in solved. rewrite Forall_forall in solved. apply (solved (k, r)). unfold named.
    apply (named_in_layers (hidden net) 1 i rows); auto. replace (1 + N.of_nat i)%N with (N.succ (N.of_nat i)) by lia.
    unfold k. clear -J. replace (N.of_nat j) with (0 + N.of_nat j)%N by lia. revert j J. generalize 0%N as o.
    induction rows as [|q rows IH]; intros o [|j] J; try discriminate; cbn [name_rows In].
    + inversion J. subst. left. f_equal. f_equal. lia.
    + right. replace (o + N.of_nat (S j))%N with (N.succ o + N.of_nat j)%N by lia. now apply IH. Qed.

Lemma paired_neuron_value i rows n name r' : nth_error (hidden net) i = Some rows ->
  In n (name_rows (N.succ (N.of_nat i)) 0 (map (gapped_row ps) rows)) ->
  paired_neuron ps (map (gapped_row ps) rows) n = Some (name, r') ->
  has_value F (gap_value v) (gap_value sum_at) name /\ row_value r' (gap_value v) = gap_value sum_at (fst name).
Proof.
  intros I In_ H. destruct (name_rows_in _ _ _ _ In_) as (j & J & K). rewrite N.add_0_l in K.
  rewrite nth_error_map in J. destruct (nth_error rows j) as [r|] eqn:R; [|discriminate]. cbn in J. injection J as Jr.
  destruct (layer_value i rows j r I R) as [Zk Vk]. unfold paired_neuron in H. rewrite K in H. rewrite <- Jr in H.
  set (k := (N.succ (N.of_nat i), N.of_nat j)) in *.
  destruct (KeyMap.find k ps) as [[p c]|] eqn:Fk.
  - destruct (fit k p c Fk) as (_ & L & C & P). destruct (number_inverse c C) as [Inv Pos].
    rewrite nth_error_map in H. destruct (nth_error rows (N.to_nat (snd p))) as [q|] eqn:Rq; [|discriminate].
    cbn [option_map] in H. inversion H. subst name r'. clear H.
    destruct (layer_value i rows _ q I Rq) as [Zp Vp]. cbv zeta in Zp, Vp. rewrite N2Nat.id in Zp, Vp.
    assert (Ep : (N.succ (N.of_nat i), snd p) = p) by (rewrite (surjective_pairing p) at 2; now rewrite L).
    rewrite Ep in Zp, Vp. unfold has_value. cbn [fst snd]. unfold gap_value. rewrite Fk, P. split.
    + rewrite Vk, Vp, Zk, Zp.
      replace (row_value q v + (Q_ (Qinv c) * row_value r v - row_value q v)) with (Q_ (Qinv c) * row_value r v) by ring.
      rewrite relu_scale by now apply lt_le. reflexivity.
    + rewrite add_multiple_value, scale_row_value.
      fold (gap_value v). rewrite !gapped_row_value, Zk, Zp.
      assert (E : Q_ (-1) = - (1)) by (rewrite <- of_Q_1, <- of_Q_opp; apply of_Q_same; reflexivity). rewrite E. ring.
  - inversion H. subst name r'. unfold has_value. cbn [fst snd]. rewrite gapped_row_value.
    unfold gap_value. rewrite Fk. rewrite Zk. auto. Qed.

Lemma stage_of_agrees u z names rows st : stage_of names rows = Some st -> Forall (has_value F u z) names ->
  Forall2 (fun (n : key * option key) r => row_value r u = z (fst n)) names rows -> agrees_with F u z st.
Proof.
  unfold stage_of. destruct (collect _ rows) as [ws|] eqn:C; [|discriminate]. intros H Hv R. inversion H. subst st. clear H.
  split; cbn [named_as whole_rows sources]; auto. apply collect_all in C. revert C. generalize (sources_of rows).
  intros ks C. revert ws C. clear Hv. induction R as [|n r names rows E _ IH]; intros ws C; inversion C; subst; constructor; auto.
  rewrite <- E. now apply whole_computes. Qed.

Lemma stage_with_agrees u z ns st : stage_with ns = Some st ->
  Forall (fun n : key * option key * row => has_value F u z (fst n) /\ row_value (snd n) u = z (fst (fst n))) ns ->
  agrees_with F u z st.
Proof.
  intros H A. apply (stage_of_agrees u z _ _ _ H); clear H; induction A as [|n ns [V R] _ IH]; simpl; constructor; auto. Qed.

Lemma all_stages_agree layers : forall counts l sts, (forall i rows, nth_error layers i = Some rows ->
  nth_error (hidden net) (l + i) = Some rows) ->
  all_stages ps counts (N.succ (N.of_nat l)) layers = Some sts ->
  Forall (agrees_with F (gap_value v) (gap_value sum_at)) sts.
Proof.
  induction layers as [|rows layers IH]; intros counts l sts A H; cbn [all_stages] in H; [inversion H; constructor|].
  destruct (layer_stages _ _ _ rows) as [[first second]|] eqn:L; [|discriminate].
  destruct (all_stages _ _ _ layers) as [rest|] eqn:R; [|discriminate]. inversion H. subst sts. clear H.
  unfold layer_stages in L. destruct (collect _ _) as [ns|] eqn:C; [|discriminate].
  destruct (stage_with (firstn _ ns)) as [s1|] eqn:S1; [|discriminate].
  destruct (stage_with (skipn _ ns)) as [s2|] eqn:S2; [|discriminate]. inversion L. subst s1 s2. clear L.
  assert (N0 : nth_error (hidden net) l = Some rows) by (rewrite <- (Nat.add_0_r l); now apply A).
  assert (G : Forall (fun n : key * option key * row => has_value F (gap_value v) (gap_value sum_at) (fst n) /\
    row_value (snd n) (gap_value v) = gap_value sum_at (fst (fst n))) ns).
  { apply collect_all in C.
    assert (K : forall n, In n (name_rows (N.succ (N.of_nat l)) 0 (map (gapped_row ps) rows)) -> forall name r,
      paired_neuron ps (map (gapped_row ps) rows) n = Some (name, r) ->
      has_value F (gap_value v) (gap_value sum_at) name /\ row_value r (gap_value v) = gap_value sum_at (fst name)).
    { intros n I name r P. exact (paired_neuron_value l rows n name r N0 I P). }
    clear -C K. induction C as [|n [name r] l1 l2 E _ IH]; constructor.
    - cbn [fst snd]. apply (K n); auto. now left.
    - apply IH. intros n' I. apply K. now right. }
  rewrite <- (firstn_skipn (hd 0%nat counts) ns) in G. apply Forall_app in G as [G1 G2].
  constructor; [exact (stage_with_agrees _ _ _ _ S1 G1)|]. constructor; [exact (stage_with_agrees _ _ _ _ S2 G2)|].
  apply (IH (tl counts) (S l)).
  - intros i rows' E. replace (S l + i)%nat with (l + S i)%nat by lia. now apply A.
  - rewrite <- R. f_equal. lia. Qed.

End Network.

(** The bounds of a network that was made ready are bounds of its outputs. *)
Theorem ready_bounds_sound net ps counts rd m s rows (x : list F) bs : network_fits net = true -> pairs_fit ps ->
  make_ready ps counts net = Some rd -> (forall r, In r rows -> 0 <= affine r x) ->
  ready_bounds rd m s rows = Some bs ->
  let unit := Z_ (Z.pow 2 (Z.of_N s)) in
  Forall2 (fun o b => Z_ (fst b) <= unit * o /\ unit * o <= Z_ (snd b)) (outputs net x) bs.
Proof.
  intros Fit Pf H P B. unfold make_ready in H. destruct (all_stages _ _ _ _) as [sts|] eqn:A; [|discriminate].
  destruct (stage_of [] _) as [last|] eqn:L; [|discriminate]. inversion H. subst rd. clear H.
  unfold ready_bounds in B. cbn [hidden_stages last_stage] in B. set (v := values_at net x).
  assert (Sv : solves v (named net)) by now apply values_solve.
  refine (stage_bounds_sound F (gap_value ps v) (gap_value ps (sum_at net v)) sts last m s rows x _ bs _ P _ _ B).
  - intro i. rewrite (gap_value_input ps v Pf). unfold v. apply values_input.
  - apply (all_stages_agree net ps v Sv Pf (hidden net) counts 0 sts); auto.
  - unfold stage_of in L. destruct (collect _ _) as [ws|] eqn:C; [|discriminate]. inversion L. subst last.
    cbn [whole_rows sources]. apply collect_all in C. unfold outputs. fold v. revert C. generalize (sources_of (map (gapped_row ps) (output net))).
    intros ks C. clear L B A. revert ws C. induction (output net) as [|r rs IH]; intros ws C; inversion C; subst; simpl; constructor; auto.
    rewrite <- (gapped_row_value ps v Pf r). now apply whole_computes. Qed.

End Soundness.
