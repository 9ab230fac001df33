(** * The claim [within]: bounds of A less B on a domain (format, section 11) *)

From ExactRev Require Export Apart.
Require Import Lia.

Inductive within_step :=
  | WithinTree (s : tree_step)
  | Bound (upper : bool) (i : N) (c e : Z) (ps : list (N * Z))
  | Bounded
  | Bounds (bs : list (Q * Q))
  | Attained (i q : Z) (ps : list Z).

Record within_state := WithinState {
  in_net : network;                         (* the difference *)
  in_text : apart_text;
  in_width : N;                             (* the number of inputs *)
  in_setting : setting; in_first : N; in_count : nat;
  in_todo : list cell;
  lowers : list (N * Q); uppers : list (N * Q);   (* bounds on the current cell *)
  widest_bounds : option (list (Q * Q));    (* of the leaves so far, output by output *)
  stated_bounds : option (list (Q * Q));
  attained_bounds : list (nat * bool) }.    (* outputs, with true for the upper bound *)

Definition within_start (a b : network_text) (t : apart_text) : option within_state :=
  match apart_begin a b t with
  | Some (net, (ctx, c, first), m) =>
      Some (WithinState net t (input_count a) ctx first m [c] [] [] None None [])
  | None => None
  end.

Fixpoint lookup {A} (i : N) (l : list (N * A)) : option A :=
  match l with
  | [] => None
  | (j, a) :: l => if N.eqb i j then Some a else lookup i l
  end.

Definition smaller (a b : Q) : Q := if Qle_bool a b then a else b.
Definition larger (a b : Q) : Q := if Qle_bool a b then b else a.

Definition widest (a b : Q * Q) : Q * Q := (smaller (fst a) (fst b), larger (snd a) (snd b)).

(** The bounds on the current cell, if every output has both. *)
Definition bounds_here (st : within_state) : option (list (Q * Q)) :=
  collect (fun i => match lookup (N.of_nat i) (lowers st), lookup (N.of_nat i) (uppers st) with
                    | Some l, Some u => Some (l, u)
                    | _, _ => None
                    end) (seq 0 (in_count st)).

Definition widened (bs : list (Q * Q)) (ws : option (list (Q * Q))) : list (Q * Q) :=
  match ws with
  | None => bs
  | Some ws => map (fun p => widest (fst p) (snd p)) (combine bs ws)
  end.

(** The first bounds say no more than the second. *)
Definition say_no_more (bs ws : list (Q * Q)) : bool :=
  forallb (fun p => Qle_bool (fst (fst p)) (fst (snd p)) && Qle_bool (snd (snd p)) (snd (fst p))) (combine bs ws).

Definition set_cells (st : within_state) (todo : list cell) (ls us : list (N * Q))
  (ws : option (list (Q * Q))) : within_state :=
  WithinState (in_net st) (in_text st) (in_width st) (in_setting st) (in_first st) (in_count st)
    todo ls us ws (stated_bounds st) (attained_bounds st).

Definition state_bounds (st : within_state) (bs : option (list (Q * Q))) (at_ : list (nat * bool)) : within_state :=
  WithinState (in_net st) (in_text st) (in_width st) (in_setting st) (in_first st) (in_count st)
    (in_todo st) (lowers st) (uppers st) (widest_bounds st) bs at_.

(** The bound that a combination proves of an output: its rest over the factor. *)
Definition proved_bound (st : within_state) (ce : cell) (upper : bool) (i : N) (c e : Z)
  (ps : list (N * Z)) : option Q :=
  match open_form (in_first st + i) (opened ce) with
  | Some f =>
      match rest_of (in_setting st) ce (if upper then - c else c) f e ps with
      | Some (rest, _) =>
          Some (Qmake (if upper then - rest else rest) (Z.to_pos (c * scale (in_setting st))))
      | None => None
      end
  | None => None
  end.

(** The rows of a domain are >= 0 at a rational point. *)
Definition rows_hold (drows : list row) (xs : list Q) : bool :=
  network_fits (Network [] drows) &&
  match outputs_at (Network [] drows) xs with Some zs => forallb q_nonneg zs | None => false end.

Definition point_of (q : Z) (ps : list Z) : list Q := map (fun p => lowest p (Z.to_pos q)) ps.

Definition slice_has (js : option (list N)) (n : N) (ps : list Z) : bool :=
  N.eqb (size ps) n &&
  match js with
  | Some js => match at_coordinates 0 js ps with Some _ => true | None => false end
  | None => true
  end.

Definition add_new (a : nat * bool) (l : list (nat * bool)) : list (nat * bool) :=
  if existsb (fun b => Nat.eqb (fst a) (fst b) && Bool.eqb (snd a) (snd b)) l then l else a :: l.

(** The bounds of an output that its value at a point is equal to. *)
Definition attain (st : within_state) (bs : list (Q * Q)) (i q : Z) (ps : list Z) : option (list (nat * bool)) :=
  let j := Z.to_nat (Z.min i (Z.of_nat (length bs))) in    (* i may be a long number *)
  let xs := point_of q ps in
  let t := apart_root (in_text st) in
  let slice := match apart_plane (in_text st) with Some _ => None | None => coordinates (its_norm t) end in
  if Z.ltb 0 q && Z.leb 0 i && slice_has slice (in_width st) ps &&
     rows_hold (map domain_row (domain_rows t)) xs then
    match outputs_at (in_net st) xs, nth_error bs j with
    | Some ys, Some (l, u) =>
        match nth_error ys j with
        | Some y =>
            let low := if Qeq_bool y l then add_new (j, false) (attained_bounds st) else attained_bounds st in
            if Qeq_bool y u then Some (add_new (j, true) low)
            else if Qeq_bool y l then Some low else None
        | None => None
        end
    | _, _ => None
    end
  else None.

Definition within_take (st : within_state) (s : within_step) : option within_state :=
  match s with
  | WithinTree s =>
      if is_nil (lowers st) && is_nil (uppers st) then
        option_map (fun l => set_cells st l [] [] (widest_bounds st)) (descend (in_setting st) (in_todo st) s)
      else None
  | Bound upper i c e ps =>
      match in_todo st with
      | ce :: _ =>
          if N.ltb i (N.of_nat (in_count st)) && Z.ltb 0 c &&
             match lookup i (if upper then uppers st else lowers st) with Some _ => false | None => true end then
            match proved_bound st ce upper i c e ps with
            | Some b =>
                Some (if upper then set_cells st (in_todo st) (lowers st) ((i, b) :: uppers st) (widest_bounds st)
                      else set_cells st (in_todo st) ((i, b) :: lowers st) (uppers st) (widest_bounds st))
            | None => None
            end
          else None
      | [] => None
      end
  | Bounded =>
      match in_todo st, bounds_here st with
      | _ :: rest, Some bs => Some (set_cells st rest [] [] (Some (widened bs (widest_bounds st))))
      | _, _ => None
      end
  | Bounds bs =>
      if is_nil (in_todo st) && N.eqb (size bs) (N.of_nat (in_count st)) &&
         match stated_bounds st with Some _ => false | None => true end &&
         match widest_bounds st with Some ws => say_no_more bs ws | None => true end
      then Some (state_bounds st (Some bs) (attained_bounds st)) else None
  | Attained i q ps =>
      match stated_bounds st with
      | Some bs =>
          option_map (state_bounds st (Some bs)) (attain st bs i q ps)
      | None => None
      end
  end.

Definition within_finish (st : within_state) : bool :=
  match stated_bounds st with Some _ => true | None => false end.

(** Every bound is attained. *)
Definition all_attained (st : within_state) : bool :=
  Nat.eqb (length (attained_bounds st)) (2 * in_count st).

(** ** Soundness *)

Section Soundness.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation Z_ := (@of_Z F).
Local Notation Q_ := (@of_Q F).

Lemma of_Q_le a b : Qle_bool a b = true -> Q_ a <= Q_ b.
Proof.
  intro H. apply Qle_bool_iff in H. unfold Qle in H. apply le_sub.
  apply (mul_cancel_nonneg F (Z_ (Zpos (Qden a) * Zpos (Qden b)))). { apply of_Z_pos. reflexivity. }
  replace (Z_ (Zpos (Qden a) * Zpos (Qden b)) * (Q_ b - Q_ a)) with
    (Z_ (Zpos (Qden a)) * (Q_ b * Z_ (Zpos (Qden b))) - Z_ (Zpos (Qden b)) * (Q_ a * Z_ (Zpos (Qden a))))
    by (rewrite of_Z_mul; ring).
  rewrite !of_Q_times, <- !of_Z_mul, <- of_Z_sub. apply of_Z_nonneg. lia. Qed.

Lemma of_Q_smaller a b : Q_ (smaller a b) <= Q_ a /\ Q_ (smaller a b) <= Q_ b.
Proof. unfold smaller. destruct (Qle_bool a b) eqn:E.
  - split; [apply le_refl|now apply of_Q_le].
  - split; [|apply le_refl]. apply of_Q_le, Qle_bool_iff. destruct (Qlt_le_dec b a) as [L|L].
    + now apply Qlt_le_weak.
    + apply Qle_bool_iff in L. congruence. Qed.

Lemma of_Q_larger a b : Q_ a <= Q_ (larger a b) /\ Q_ b <= Q_ (larger a b).
Proof. unfold larger. destruct (Qle_bool a b) eqn:E.
  - split; [now apply of_Q_le|apply le_refl].
  - split; [apply le_refl|]. apply of_Q_le, Qle_bool_iff. destruct (Qlt_le_dec b a) as [L|L].
    + now apply Qlt_le_weak.
    + apply Qle_bool_iff in L. congruence. Qed.

Definition lower_of (bs : list (Q * Q)) (i : nat) : F := Q_ (fst (nth i bs (0%Q, 0%Q))).
Definition upper_of (bs : list (Q * Q)) (i : nat) : F := Q_ (snd (nth i bs (0%Q, 0%Q))).

Definition no_more (m : nat) (bs ws : list (Q * Q)) : Prop := forall i, (i < m)%nat ->
  lower_of bs i <= lower_of ws i /\ upper_of ws i <= upper_of bs i.

Lemma no_more_trans m a b c : no_more m a b -> no_more m b c -> no_more m a c.
Proof. intros H G i I. destruct (H i I), (G i I). split; eapply le_trans; eauto. Qed.

Lemma widened_no_more bs ws m : length bs = m -> match ws with Some ws => length ws = m | None => True end ->
  length (widened bs ws) = m /\ no_more m (widened bs ws) bs /\
  match ws with Some ws' => no_more m (widened bs ws) ws' | None => True end.
Proof.
  intros L K. destruct ws as [ws|]; simpl.
  - rewrite map_length, combine_length, L, K, Nat.min_id. split; auto.
    assert (W : forall i, (i < m)%nat -> nth i (map (fun p => widest (fst p) (snd p)) (combine bs ws)) (0%Q, 0%Q)
      = widest (nth i bs (0%Q, 0%Q)) (nth i ws (0%Q, 0%Q))).
    { intros i I. set (g := fun p : (Q * Q) * (Q * Q) => widest (fst p) (snd p)).
      transitivity (g (nth i (combine bs ws) ((0%Q, 0%Q), (0%Q, 0%Q)))).
      - exact (map_nth g (combine bs ws) ((0%Q, 0%Q), (0%Q, 0%Q)) i).
      - unfold g. now rewrite combine_nth by congruence. }
    split; intros i I; unfold lower_of, upper_of; rewrite W by auto; unfold widest; cbn [fst snd];
      split; solve [apply of_Q_smaller | apply of_Q_larger].
  - split; auto. split; auto. intros i _. split; apply le_refl. Qed.

Lemma say_no_more_spec bs : forall ws m, length bs = m -> length ws = m -> say_no_more bs ws = true ->
  no_more m bs ws.
Proof.
  unfold say_no_more. induction bs as [|b bs IH]; intros [|w ws] m L K H i I; simpl in *; subst; try lia.
  apply andb_true_iff in H as [H1 H2]. apply andb_true_iff in H1 as [A B]. destruct i as [|i].
  - split; now apply of_Q_le.
  - apply (IH ws (length bs) eq_refl (eq_add_S _ _ K) H2 i). lia. Qed.

Lemma affine_value r x : neurons r = [] -> row_value r (reading [x]) = affine F r x.
Proof. intro E. unfold row_value, affine, input_sum. rewrite E. simpl. 
  replace (sum_terms (inputs r) (fun i => reading [x] (0%N, i)))
    with (sum_terms (inputs r) (fun i => nth (N.to_nat i) x 0)) by reflexivity. ring. Qed.

Lemma rows_hold_sound rows xs : rows_hold (map domain_row rows) xs = true ->
  in_closed F (map domain_row rows) (map Q_ xs).
Proof.
  unfold rows_hold. intro H. apply andb_true_iff in H as [Fit H].
  destruct (outputs_at _ xs) as [zs|] eqn:E; [|discriminate].
  apply (outputs_at_correct F _ _ _ Fit) in E. unfold outputs, values_at in E. simpl in E.
  rewrite forallb_forall in H. intros r I. pose proof I as J. apply in_map_iff in J as (ws & W & _).
  rewrite <- (affine_value r) by now subst.
  apply (in_map (fun r => row_value r (reading [map Q_ xs]))) in I. rewrite E in I.
  apply in_map_iff in I as (z & <- & I). apply of_Q_nonneg. auto. Qed.

Section Proof.
Variables (a b : network_text) (t : apart_text) (net p q : network) (ctx : setting) (c : cell) (first : N)
  (m : nat) (w : network) (forms : list Forms.form) (planted : list row) (known : list F -> list F).
Local Notation drows := (map domain_row (domain_rows (apart_root t))).
Hypothesis fits : network_fits net = true.
Hypothesis G : grown F ctx c planted known first w forms.
Local Notation nr := (norm_row F (scale ctx) forms w).
Local Notation S_ := (Z_ (scale ctx)).

Definition between (bs : list (Q * Q)) (u : list F) : Prop := forall i, (i < m)%nat ->
  S_ * lower_of bs i <= nr (first + N.of_nat i)%N u /\ nr (first + N.of_nat i)%N u <= S_ * upper_of bs i.

Definition within_done (ws : option (list (Q * Q))) (u : list F) : Prop := forall bs,
  match ws with Some ws => no_more m bs ws | None => True end -> between bs u.

(** The bounds that were given on the first cell hold there. *)
Definition here_holds (st : within_state) : Prop := forall ce rest i l, in_todo st = ce :: rest ->
  forall u, in_cell F w forms ce u ->
  (lookup i (lowers st) = Some l -> S_ * Q_ l <= nr (first + i)%N u) /\
  (lookup i (uppers st) = Some l -> nr (first + i)%N u <= S_ * Q_ l).

(** An output has one of its bounds at a point of the closed domain. *)
Definition is_attained (bs : list (Q * Q)) (k : nat * bool) : Prop := exists x, in_closed F drows x /\
  nth (fst k) (outputs net x) 0 = (if snd k then upper_of else lower_of) bs (fst k).

Record within_invariant (st : within_state) : Prop := {
  i_net : in_net st = net; i_text : in_text st = t;
  i_setting : in_setting st = ctx; i_first : in_first st = first; i_count : in_count st = m;
  i_widest : match widest_bounds st with Some ws => length ws = m | None => True end;
  i_covers : covers F ctx w forms nr (in_todo st) (approached F w forms c) (within_done (widest_bounds st));
  i_here : here_holds st;
  i_stated : match stated_bounds st with
             | Some bs => length bs = m /\ (forall u, approached F w forms c u -> between bs u) /\
                          forall k, In k (attained_bounds st) -> is_attained bs k
             | None => attained_bounds st = []
             end }.

Lemma S_positive : 0 < S_.
Proof. apply of_Z_pos. exact (w_scale _ _ _ _ _ _ _ _ G). Qed.

Lemma between_approached bs ce u : (forall y, in_cell F w forms ce y -> between bs y) ->
  approached F w forms ce u -> between bs u.
Proof.
  intros H A i I. split; apply le_sub.
  - apply (approached_nonneg F w forms ce u (fun y => nr (first + N.of_nat i)%N y - S_ * lower_of bs i)); auto.
    + apply (steady_sum F (nr (first + N.of_nat i)%N) (fun _ => - (S_ * lower_of bs i)));
        [apply steady_norm_row|apply steady_constant].
    + intros y Y. destruct (H y Y i I) as [L _]. now apply le_sub in L.
  - apply (approached_nonneg F w forms ce u (fun y => S_ * upper_of bs i - nr (first + N.of_nat i)%N y)); auto.
    + apply (steady_sum F (fun _ => S_ * upper_of bs i) (fun y => - nr (first + N.of_nat i)%N y));
        [apply steady_constant|apply steady_opposite, steady_norm_row].
    + intros y Y. destruct (H y Y i I) as [_ L]. now apply le_sub in L. Qed.

Lemma between_no_more bs ws u : no_more m bs ws -> between ws u -> between bs u.
Proof.
  intros N B i I. destruct (N i I) as [N1 N2], (B i I) as [B1 B2]. pose proof S_positive as S.
  assert (M : forall x y, x <= y -> S_ * x <= S_ * y).
  { intros x y L. apply le_sub. apply le_sub in L. replace (S_ * y - S_ * x) with (S_ * (y - x)) by ring.
    apply mul_nonneg; auto. now apply lt_le. }
  split; eapply le_trans; eauto. Qed.

Lemma proved_bound_sound st ce upper i k e ps l u : within_invariant st -> flat F ctx w forms nr ce ->
  in_cell F w forms ce u -> (0 < k)%Z -> proved_bound st ce upper i k e ps = Some l ->
  if upper then nr (first + i)%N u <= S_ * Q_ l else S_ * Q_ l <= nr (first + i)%N u.
Proof.
  intros I Fl U K H. unfold proved_bound in H. rewrite (i_first st I), (i_setting st I) in H.
  destruct (open_form _ (opened ce)) as [f|] eqn:O; [|discriminate].
  destruct (rest_of _ _ _ _ _ _) as [[rest st0]|] eqn:R; [|discriminate]. inversion H. subst l. clear H.
  destruct Fl as [Gd Wl].
  destruct (rest_sound F ctx (w_scale _ _ _ _ _ _ _ _ G) w forms nr ce _ f e ps rest st0 u Gd U R)
    as (extra & E & Ex & _).
  rewrite (open_form_value F ctx w forms ce _ f u (conj Gd Wl) U O) in E.
  pose proof S_positive as S. pose proof (of_Z_pos F k K) as Kp. pose proof (w_scale _ _ _ _ _ _ _ _ G) as Sc.
  set (d := Z.to_pos (k * scale ctx)).
  assert (D : Zpos d = (k * scale ctx)%Z) by (unfold d; rewrite Z2Pos.id; auto; nia).
  assert (V : forall r, (Z_ k * S_) * Q_ (Qmake r d) = Z_ r).
  { intro r. rewrite <- of_Z_mul, <- D. pose proof (of_Q_times F (Qmake r d)) as T. cbn [Qnum Qden] in T.
    rewrite <- T. ring. }
  destruct upper; apply le_sub; apply (mul_cancel_nonneg F (Z_ k)); auto.
  - replace (Z_ k * (S_ * Q_ (- rest # d) - nr (first + i)%N u))
      with ((Z_ k * S_) * Q_ (- rest # d) + - Z_ k * nr (first + i)%N u) by ring.
    rewrite V, <- of_Z_opp, E, of_Z_opp. now replace (- Z_ rest + (Z_ rest + extra)) with extra by ring.
  - replace (Z_ k * (nr (first + i)%N u - S_ * Q_ (rest # d)))
      with (Z_ k * nr (first + i)%N u - (Z_ k * S_) * Q_ (rest # d)) by ring.
    rewrite V, E. now replace (Z_ rest + extra - Z_ rest) with extra by ring. Qed.

Lemma bounds_here_between st bs ce rest : within_invariant st -> in_todo st = ce :: rest ->
  bounds_here st = Some bs ->
  length bs = m /\ forall u, in_cell F w forms ce u -> between bs u.
Proof.
  intros I T H. unfold bounds_here in H. rewrite (i_count st I) in H.
  apply collect_all in H.
  assert (L : length bs = m).
  { clear -H. assert (K : length (seq 0 m) = length bs) by (induction H; simpl; auto).
    now rewrite seq_length in K. }
  split; auto. intros u U i Li.
  assert (K : exists l h, lookup (N.of_nat i) (lowers st) = Some l /\
    lookup (N.of_nat i) (uppers st) = Some h /\ nth i bs (0%Q, 0%Q) = (l, h)).
  { assert (K : forall k, nth_error (seq 0 m) i = Some k -> exists l h,
      lookup (N.of_nat k) (lowers st) = Some l /\ lookup (N.of_nat k) (uppers st) = Some h /\
      nth i bs (0%Q, 0%Q) = (l, h)).
    { clear -H. revert i. induction H as [|k0 bd ks bs E _ IH]; intros [|i] k K; simpl in K; try discriminate.
      - inversion K. subst. destruct (lookup (N.of_nat k) (lowers st)) as [l|]; [|discriminate].
        destruct (lookup (N.of_nat k) (uppers st)) as [h|]; [|discriminate]. inversion E. simpl. eauto.
      - simpl. eauto. }
    destruct (nth_error (seq 0 m) i) as [k|] eqn:E.
    - specialize (K k eq_refl). apply nth_error_nth with (d := 0%nat) in E. rewrite seq_nth in E by auto.
      simpl in E. now subst.
    - apply nth_error_None in E. rewrite seq_length in E. lia. }
  destruct K as (l & h & Kl & Kh & E). unfold lower_of, upper_of. rewrite E. cbn [fst snd].
  split; [apply (i_here st I ce rest _ l T u U)|apply (i_here st I ce rest _ h T u U)]; auto. Qed.

Lemma add_new_in k l k' : In k' (add_new k l) -> k' = k \/ In k' l.
Proof. unfold add_new. destruct (existsb _ l); simpl; intuition. Qed.

Lemma attain_sound st bs i k ps l : within_invariant st -> attain st bs i k ps = Some l ->
  (forall j, In j (attained_bounds st) -> is_attained bs j) -> forall j, In j l -> is_attained bs j.
Proof.
  intros I H Old. unfold attain in H. rewrite (i_net st I), (i_text st I) in H.
  destruct (_ && _) eqn:C; [|discriminate]. rewrite !andb_true_iff in C. destruct C as [_ C].
  apply rows_hold_sound in C. set (xs := point_of k ps) in *. set (j := Z.to_nat (Z.min i (Z.of_nat (length bs)))) in *.
  clearbody j.
  destruct (outputs_at net xs) as [ys|] eqn:O; [|discriminate].
  destruct (nth_error bs j) as [[lo hi]|] eqn:B; [|discriminate].
  destruct (nth_error ys j) as [y|] eqn:Y; [|discriminate].
  apply (outputs_at_correct F net xs ys fits) in O.
  assert (V : nth j (outputs net (map Q_ xs)) 0 = Q_ y).
  { rewrite O. apply nth_error_nth. now rewrite nth_error_map, Y. }
  assert (Bl : lower_of bs j = Q_ lo /\ upper_of bs j = Q_ hi).
  { unfold lower_of, upper_of. apply nth_error_nth with (d := (0%Q, 0%Q)) in B. now rewrite B. }
  destruct Bl as [Bl Bu].
  assert (Low : Qeq_bool y lo = true -> is_attained bs (j, false)).
  { intro E. exists (map Q_ xs). split; auto. simpl. now rewrite V, Bl, (of_Q_same F _ _ E). }
  assert (High : Qeq_bool y hi = true -> is_attained bs (j, true)).
  { intro E. exists (map Q_ xs). split; auto. simpl. now rewrite V, Bu, (of_Q_same F _ _ E). }
  intros j' J. destruct (Qeq_bool y hi) eqn:E1; destruct (Qeq_bool y lo) eqn:E2; inversion H; subst l; clear H;
    repeat (apply add_new_in in J as [->|J]; auto). Qed.

Lemma within_take_invariant st s st' : within_invariant st -> within_take st s = Some st' ->
  within_invariant st'.
Proof.
  intros I H. pose proof I as [In_ It Is If Ic Iw Iv Ih Ist]. destruct s as [ts|up i k e ps| |bs|i k ps]; simpl in H.
  - destruct (_ && _) eqn:E; [|discriminate]. destruct (descend _ _ ts) as [l|] eqn:D; [|discriminate].
    inversion H. subst st'. split; cbn [set_cells in_net in_text in_setting in_first in_count in_todo lowers
      uppers widest_bounds stated_bounds attained_bounds]; auto.
    + rewrite Is in D. exact (grown_descend F _ _ _ _ _ _ _ _ _ _ _ _ G Iv D).
    + intros ce rest i l' _ u _. split; discriminate.
  - destruct (in_todo st) as [|ce rest] eqn:T; [discriminate|].
    destruct (_ && _) eqn:C; [|discriminate]. rewrite !andb_true_iff in C. destruct C as [[_ C] _].
    apply Z.ltb_lt in C. destruct (proved_bound st ce up i k e ps) as [l|] eqn:P; [|discriminate].
    assert (Fl : flat F ctx w forms nr ce) by (apply Iv; now left).
    assert (B := fun u U => proved_bound_sound st ce up i k e ps l u I Fl U C P).
    inversion H. subst st'.
    destruct up; split; cbn [set_cells in_net in_text in_setting in_first in_count in_todo lowers
      uppers widest_bounds stated_bounds attained_bounds]; auto;
      intros ce' rest' j l' E u U; cbn [set_cells in_todo lowers uppers] in *; inversion E; subst ce' rest';
      destruct (Ih ce rest j l' T u U) as [H1 H2]; split; auto;
      cbn [lookup]; destruct (N.eqb_spec j i) as [->|Nj]; auto; intro E'; inversion E'; subst l'; auto.
  - destruct (in_todo st) as [|ce rest] eqn:T; [discriminate|].
    destruct (bounds_here st) as [bs|] eqn:B; [|discriminate]. inversion H. subst st'.
    destruct (bounds_here_between st bs ce rest I T B) as [L Bt].
    destruct (widened_no_more bs (widest_bounds st) m L Iw) as (W1 & W2 & W3).
    split; cbn [set_cells in_net in_text in_setting in_first in_count in_todo lowers
      uppers widest_bounds stated_bounds attained_bounds]; auto.
    + apply (leaf_covers F ctx w forms nr ce rest _ (within_done (widest_bounds st))); auto.
      * intros u D bs' N. apply D. destruct (widest_bounds st); auto. eapply no_more_trans; eauto.
      * intros u _ A bs' N. apply (between_no_more bs' bs); [eapply no_more_trans; eauto|].
        eapply between_approached; eauto.
    + intros ce' rest' i l' _ u _. split; discriminate.
  - destruct (_ && _) eqn:C; [|discriminate]. rewrite !andb_true_iff in C. destruct C as [[[C1 C2] C3] C4].
    inversion H. subst st'. apply N.eqb_eq in C2. rewrite size_length, Ic in C2.
    destruct (stated_bounds st) as [|] eqn:Sb; [discriminate|].
    split; cbn [state_bounds in_net in_text in_setting in_first in_count in_todo lowers
      uppers widest_bounds stated_bounds attained_bounds]; auto.
    split; [lia|]. split; [|rewrite Ist; intros ? []].
    intros u A. destruct (in_todo st) as [|ce rest]; [|discriminate]. destruct Iv as [_ Iv].
    destruct (Iv u A) as [(c0 & [] & _)|D]. apply D.
    destruct (widest_bounds st) as [ws|]; auto. apply say_no_more_spec; auto. lia.
  - destruct (stated_bounds st) as [bs|] eqn:Sb; [|discriminate].
    destruct (attain st bs i k ps) as [l|] eqn:At; [|discriminate]. inversion H. subst st'.
    split; cbn [state_bounds in_net in_text in_setting in_first in_count in_todo lowers
      uppers widest_bounds stated_bounds attained_bounds]; auto.
    destruct Ist as (L & Bt & Old). split; auto. split; auto. eapply attain_sound; eauto. Qed.

End Proof.

(** An accepted certificate [within]: wherever the rows of the domain are >= 0, if there is a point
    where they are > 0 or the domain lies in a hyperplane, as inputs that are taken out show, each output
    of A less that of B (times its scale, plus its shift) lies between the stated bounds; and bounds that
    are said to be attained are values at such points. *)
Theorem within_sound a b t steps st :
  match within_start a b t with Some st0 => fold_steps within_take st0 steps | None => None end = Some st ->
  within_finish st = true ->
  exists p q bs, read_network a = Some p /\ read_network b = Some q /\ stated_bounds st = Some bs /\
    let apart := fun x => less F (outputs p x) (adjusted F (scales t) (shifts t) (outputs q x)) in
    length bs = length (output p) /\
    (forall x, apart_spoken_of F t x -> forall i, (i < length bs)%nat ->
       lower_of bs i <= nth i (apart x) 0 /\ nth i (apart x) 0 <= upper_of bs i) /\
    (forall i up, In (i, up) (attained_bounds st) -> exists x,
       in_closed F (map domain_row (domain_rows (apart_root t))) x /\
       nth i (apart x) 0 = (if up : bool then upper_of else lower_of) bs i).
Proof.
  intros H Fin. unfold within_start in H.
  destruct (apart_begin a b t) as [[[net [[ctx c] first]] m]|] eqn:B; [|discriminate].
  destruct (apart_begun F _ _ _ _ _ _ _ _ B)
    as (p & q & w & forms & planted & known & Rp & Rq & Mp & Mq & Ms & Mt & Fit & Out & G & Ap).
  assert (Start : within_invariant t net ctx c first m w forms
    (WithinState net t (input_count a) ctx first m [c] [] [] None None [])).
  { split; cbn; auto.
    - exact (grown_covers F _ _ _ _ _ _ _ _ G).
    - intros ce rest i l _ u _. split; discriminate. }
  pose proof (fold_steps_invariant within_take (within_invariant t net ctx c first m w forms)
    (within_take_invariant t net ctx c first m w forms planted known Fit G) steps _ _ Start H) as I.
  unfold within_finish in Fin. pose proof (i_stated _ _ _ _ _ _ _ _ _ I) as Ist.
  destruct (stated_bounds st) as [bs|]; [|discriminate]. destruct Ist as (L & Bt & At).
  exists p, q, bs. split; auto. split; auto. split; auto. cbv zeta. split; [congruence|]. split.
  - intros x X i Li. destruct (Ap x X) as (u & A & K).
    destruct (Bt u A i ltac:(congruence)) as [B1 B2]. rewrite K in B1, B2. rewrite Out in B1, B2.
    pose proof (of_Z_pos F _ (w_scale _ _ _ _ _ _ _ _ G)) as S. apply le_sub in B1, B2.
    split; apply le_sub; apply (mul_cancel_nonneg F (Z_ (scale ctx))); auto;
      match goal with |- 0 <= ?c * (?u - ?v) => replace (c * (u - v)) with (c * u - c * v) by ring end; auto.
  - intros i up I'. destruct (At (i, up) I') as (x & X & V). exists x. rewrite <- Out. auto. Qed.

End Soundness.
