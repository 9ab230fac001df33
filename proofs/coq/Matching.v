(** * The claims [equal] and [isomorphic] (format, sections 6 and 7)

    A step [match n m c] says that neuron [n] of B computes [c] times what neuron [m] of A computes. *)

From ExactRev Require Export Steps.
Require Import Lia Permutation OrderedType FMapAVL FMapFacts Mergesort Orders.

(** ** Maps from names, and the sorting of terms by name *)

Module KeyOrder <: OrderedType.OrderedType.
  Definition t := key.
  Definition eq := @eq key.
  Definition lt (a b : key) := key_compare a b = Lt.
  Definition eq_refl := @eq_refl key.
  Definition eq_sym := @eq_sym key.
  Definition eq_trans := @eq_trans key.
  Lemma lt_spec a b : lt a b <-> (fst a < fst b \/ fst a = fst b /\ snd a < snd b)%N.
  Proof. unfold lt, key_compare. destruct (N.compare_spec (fst a) (fst b)).
    - rewrite N.compare_lt_iff. lia.
    - split; intro; [lia|auto].
    - split; [discriminate|lia]. Qed.
  Lemma lt_trans a b c : lt a b -> lt b c -> lt a c.
  Proof. rewrite !lt_spec. lia. Qed.
  Lemma lt_not_eq a b : lt a b -> ~ eq a b.
  Proof. rewrite lt_spec. intros H E. rewrite E in H. lia. Qed.
  Lemma compare_antisym a b : key_compare a b = Gt -> lt b a.
  Proof. rewrite lt_spec. unfold key_compare. destruct (N.compare_spec (fst a) (fst b)).
    - rewrite N.compare_gt_iff. lia.
    - discriminate.
    - lia. Qed.
  Definition compare (a b : key) : OrderedType.Compare lt eq a b :=
    match key_compare a b as c return key_compare a b = c -> OrderedType.Compare lt eq a b with
    | Lt => fun H => OrderedType.LT H
    | Eq => fun H => OrderedType.EQ (key_compare_eq a b H)
    | Gt => fun H => OrderedType.GT (compare_antisym a b H)
    end Logic.eq_refl.
  Definition eq_dec (a b : key) : {eq a b} + {~ eq a b}.
  Proof. destruct (key_eqb a b) eqn:E; [left|right]; [now apply key_eqb_iff|].
    now apply key_eqb_false. Defined.
End KeyOrder.

Module KeyMap := FMapAVL.Make KeyOrder.
Module KeyFacts := FMapFacts.WFacts_fun KeyOrder KeyMap.

Module TermOrder <: Orders.TotalLeBool.
  Definition t := term key.
  Definition leb (a b : t) : bool :=
    match key_compare (fst a) (fst b) with Gt => false | _ => true end.
  Lemma leb_total a b : leb a b = true \/ leb b a = true.
  Proof. unfold leb. destruct (key_compare (fst a) (fst b)) eqn:E; auto.
    right. apply KeyOrder.compare_antisym in E. unfold KeyOrder.lt in E. now rewrite E. Qed.
End TermOrder.
Module TermSort := Mergesort.Sort TermOrder.

(** ** The steps *)

Definition partners := KeyMap.t (key * Q).

(** The terms of a row of B in terms of A's values: neuron j of B, matched to j' with scale d, is
    d times j'.  None if a neuron is not matched. *)
Fixpoint renamed (p : partners) (ts : list (term key)) : option (list (term key)) :=
  match ts with
  | [] => Some []
  | (j, c) :: ts =>
      match KeyMap.find j p, renamed p ts with
      | Some (j', d), Some us => Some ((j', (c * d)%Q) :: us)
      | _, _ => None
      end
  end.

(** The row [r] of B is [c] times the row [s] of A after renaming. *)
Definition corresponds (p : partners) (r : row) (c : Q) (s : row) : bool :=
  Qeq_bool (bias r) (c * bias s)%Q &&
  same_terms N.eqb (inputs r) (scale_to_compare c (inputs s)) &&
  match renamed p (neurons r) with
  | Some us => same_terms key_eqb (TermSort.sort us) (scale_to_compare c (neurons s))
  | None => false
  end.

Record matching := Matching {
  waiting : list (key * row);        (* neurons of B that are left and not matched yet *)
  unmatched : list (key * row);      (* neurons of A that are left and not matched yet *)
  partner : partners;
  matched : list (key * key * Q) }.  (* the match steps taken, the last first *)

Definition begin_matching (a b : form) : matching :=
  Matching (left b) (left a) (KeyMap.empty _) [].

(** The row of a neuron, and the other neurons. *)
Fixpoint pick (n : key) (l : list (key * row)) : option (row * list (key * row)) :=
  match l with
  | [] => None
  | (k, r) :: l =>
      if key_eqb n k then Some (r, l)
      else match pick n l with Some (s, rest) => Some (s, (k, r) :: rest) | None => None end
  end.

Definition match_step (n m : key) (c : Q) (st : matching) : option matching :=
  match waiting st, pick m (unmatched st) with
  | (k, r) :: waiting, Some (s, rest) =>
      if key_eqb n k && q_positive c && corresponds (partner st) r c s
      then Some (Matching waiting rest (KeyMap.add n (m, c) (partner st))
                   ((n, m, c) :: matched st))
      else None
  | _, _ => None
  end.

Definition is_empty {A} (l : list A) : bool := match l with [] => true | _ => false end.

Definition matching_finished (a b : form) (st : matching) : bool :=
  is_empty (waiting st) && is_empty (unmatched st) &&
  all2 (fun r s => corresponds (partner st) r 1 s) (results b) (results a).

(** ** What a matching shows *)

Section Soundness.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).

(** [w], of B, and [v], of A, agree on the inputs and as the list of matches says. *)
Definition matched_values (v w : valuation F) (ms : list (key * key * Q)) : Prop :=
  (forall i, w (0%N, i) = v (0%N, i)) /\
  Forall (fun t => w (fst (fst t)) = of_Q (snd t) * v (snd (fst t))) ms.

(** The map of partners holds nothing but the matches made. *)
Definition recorded (st : matching) : Prop := forall n m c,
  KeyMap.find n (partner st) = Some (m, c) -> In (n, m, c) (matched st).

Lemma sum_terms_permutation {name} ts us (v : name -> F) :
  Permutation ts us -> sum_terms ts v = sum_terms us v.
Proof. induction 1 as [|[k c] ts us _ IH|[k c] [l d] ts|ts us vs _ IH1 _ IH2]; simpl;
  [reflexivity | now rewrite IH | ring | congruence]. Qed.

Lemma renamed_value (v w : valuation F) p : (forall n m c, KeyMap.find n p = Some (m, c) ->
    w n = of_Q c * v m) ->
  forall ts us, renamed p ts = Some us -> sum_terms ts w = sum_terms us v.
Proof.
  intro H. induction ts as [|[j c] ts IH]; simpl; intros us E; [inversion E; reflexivity|].
  destruct (KeyMap.find j p) as [[m d]|] eqn:P; [|discriminate].
  destruct (renamed p ts) as [us'|] eqn:R; [|discriminate]. inversion E. simpl.
  rewrite (H _ _ _ P), of_Q_product, (IH us' eq_refl). ring. Qed.

Lemma corresponds_value (v w : valuation F) p r c s : corresponds p r c s = true ->
  (forall i, w (0%N, i) = v (0%N, i)) ->
  (forall n m d, KeyMap.find n p = Some (m, d) -> w n = of_Q d * v m) ->
  row_value r w = of_Q c * row_value s v.
Proof.
  unfold corresponds. rewrite !andb_true_iff. intros [[B I] N] X P.
  destruct (renamed p (neurons r)) as [us|] eqn:R; [|discriminate]. unfold row_value.
  rewrite (of_Q_same F _ _ B), of_Q_product, (renamed_value v w p P _ _ R).
  rewrite (sum_terms_permutation us (TermSort.sort us) v) by apply TermSort.Permuted_sort.
  rewrite (same_terms_value _ _ key_eqb_eq _ _ _ N), scale_to_compare_value.
  rewrite (same_terms_value _ _ N_eqb_eq _ _ _ I), scale_to_compare_value.
  replace (sum_terms (inputs s) (fun i => w (0%N, i)))
    with (sum_terms (inputs s) (fun i => v (0%N, i))) by (apply sum_terms_agree; auto).
  ring. Qed.

(** Every match made says that the two rows, as affine forms, are in the stated relation. *)
Definition rows_correspond (rows_b rows_a : list (key * row)) (ms : list (key * key * Q)) : Prop :=
  Forall (fun t => exists r s, In (fst (fst t), r) rows_b /\ In (snd (fst t), s) rows_a /\
    q_positive (snd t) = true /\
    forall v w, matched_values v w ms -> row_value r w = of_Q (snd t) * row_value s v) ms.

(** What holds of a matching of [a] and [b] after any number of steps. *)
Record invariant (a b : form) (st : matching) : Prop := {
  inv_recorded : recorded st;
  inv_waiting : exists before, left b = before ++ waiting st /\
    map fst before = rev (map (fun t => fst (fst t)) (matched st));
  inv_unmatched : incl (unmatched st) (left a);
  inv_keys : Permutation (map fst (left a))
    (map (fun t => snd (fst t)) (matched st) ++ map fst (unmatched st));
  inv_rows : rows_correspond (left b) (left a) (matched st);
  inv_values : forall v w, (forall i, w (0%N, i) = v (0%N, i)) ->
    solves v (left a) -> solves w (left b) -> matched_values v w (matched st) }.

Lemma begin_invariant a b : invariant a b (begin_matching a b).
Proof. split; simpl.
  - intros n m c H. simpl in H. rewrite KeyFacts.empty_o in H. discriminate.
  - exists []. auto.
  - apply incl_refl.
  - apply Permutation_refl.
  - constructor.
  - intros v w X _ _. split; auto. Qed.

Lemma pick_permutation m l : forall s rest,
  pick m l = Some (s, rest) -> Permutation l ((m, s) :: rest).
Proof. induction l as [|[k r] l IH]; simpl; intros s rest H; [discriminate|].
  destruct (key_eqb m k) eqn:E.
  - apply key_eqb_iff in E. subst. inversion H. subst. apply Permutation_refl.
  - destruct (pick m l) as [[s' rest']|]; [|discriminate]. inversion H. subst.
    rewrite (IH s rest' eq_refl) at 1. apply perm_swap. Qed.

Lemma partner_values st v w : recorded st -> matched_values v w (matched st) ->
  forall n m d, KeyMap.find n (partner st) = Some (m, d) -> w n = of_Q d * v m.
Proof. intros R [_ M] n m d H. rewrite Forall_forall in M. exact (M _ (R _ _ _ H)). Qed.

Lemma matched_values_tail (v w : valuation F) t ms :
  matched_values v w (t :: ms) -> matched_values v w ms.
Proof. intros [X M]. split; auto. now inversion M. Qed.

Lemma match_step_invariant a b n m c st st' :
  invariant a b st -> match_step n m c st = Some st' -> invariant a b st'.
Proof.
  intros [R [before [W Wk]] U K C V]. unfold match_step.
  destruct (waiting st) as [|[k r] ws] eqn:Ew; [discriminate|].
  destruct (pick m (unmatched st)) as [[s rest]|] eqn:P; [|discriminate].
  destruct (_ && _) eqn:E; [|discriminate]. intro G. inversion G. clear G.
  rewrite !andb_true_iff in E. destruct E as [[E Pos] Cor]. apply key_eqb_iff in E. subst k.
  apply pick_permutation in P.
  assert (Inr : In (n, r) (left b)) by (rewrite W; apply in_or_app; right; left; auto).
  assert (Ins : In (m, s) (left a)).
  { apply U. eapply Permutation_in; [apply Permutation_sym, P|]. now left. }
  assert (Rel : forall v w, matched_values v w (matched st) ->
    row_value r w = of_Q c * row_value s v).
  { intros v w M. apply (corresponds_value v w _ _ _ _ Cor); [apply M|].
    now apply partner_values. }
  split; cbn [partner matched waiting unmatched].
  - intros n' m' c'. cbn [partner matched]. rewrite KeyFacts.add_o.
    destruct (KeyMap.E.eq_dec n n') as [D|D]; intro H.
    + change (n = n') in D. inversion H. subst. now left.
    + right. now apply R.
  - exists (before ++ [(n, r)]). rewrite <- app_assoc. split; [exact W|].
    rewrite map_app, Wk. reflexivity.
  - intros x X. apply U. eapply Permutation_in; [apply Permutation_sym, P|]. now right.
  - eapply Permutation_trans; [exact K|]. cbn [map fst snd app].
    eapply Permutation_trans; [apply Permutation_app_head, (Permutation_map fst), P|].
    cbn [map fst]. apply Permutation_sym, Permutation_middle.
  - constructor.
    + exists r, s. cbn [fst snd]. repeat split; auto. intros v w M. apply Rel.
      now apply matched_values_tail in M.
    + eapply Forall_impl; [|exact C]. intros t (r' & s' & A & B & D & H). exists r', s'.
      repeat split; auto. intros v w M. apply H. now apply matched_values_tail in M.
  - intros v w X Sv Sw. destruct (V v w X Sv Sw) as [_ M]. split; auto.
    constructor; auto. cbn [fst snd]. unfold solves in *. rewrite Forall_forall in Sv, Sw.
    pose proof (Sv _ Ins) as Hs. pose proof (Sw _ Inr) as Hr. cbn [fst snd] in Hs, Hr.
    rewrite Hr, Hs, (Rel v w) by (split; auto). apply relu_scale. now apply lt_le, of_Q_positive.
Qed.

Lemma all2_results p rows_b : forall rows_a (v w : valuation F),
  all2 (fun r s => corresponds p r 1 s) rows_b rows_a = true ->
  (forall i, w (0%N, i) = v (0%N, i)) ->
  (forall n m d, KeyMap.find n p = Some (m, d) -> w n = of_Q d * v m) ->
  map (fun r => row_value r w) rows_b = map (fun s => row_value s v) rows_a.
Proof.
  induction rows_b as [|r rows_b IH]; intros [|s rows_a] v w H X P; simpl in *;
    try discriminate; auto.
  apply andb_true_iff in H as [H H2]. rewrite (corresponds_value v w _ _ _ _ H X P), of_Q_1.
  rewrite (IH rows_a v w H2 X P). f_equal. ring. Qed.

Lemma is_empty_nil {A} (l : list A) : is_empty l = true -> l = [].
Proof. destruct l; [auto|discriminate]. Qed.

(** The working forms have the same results wherever their inputs agree. *)
Theorem matching_equal a b st v w :
  invariant a b st -> matching_finished a b st = true ->
  (forall i, w (0%N, i) = v (0%N, i)) -> solves v (left a) -> solves w (left b) ->
  result_values F b w = result_values F a v.
Proof.
  intros I H X Sv Sw. unfold matching_finished in H. rewrite !andb_true_iff in H.
  destruct H as [_ H]. unfold result_values. eapply all2_results; eauto.
  apply partner_values; [apply I|]. now apply (inv_values _ _ _ I). Qed.

(** ** Isomorphic networks

    B is A with the neurons of each hidden layer permuted and scaled by positive numbers: there is a
    list of matches (n, m, c) in which each hidden neuron of B is named once as n, each of A once as
    m, always in the same layer and with c > 0, so that the row of n, where each neuron of B is
    replaced by its partner in A times the scale, is c times the row of m; and the outputs' rows are
    the same after this replacement.  Rows are compared as the affine functions they are of all values
    that they may read, whatever these values are; so coefficient by coefficient. *)
Definition isomorphic (a b : network) : Prop :=
  exists ms : list (key * key * Q),
    map (fun t => fst (fst t)) ms = map fst (named b) /\
    Permutation (map (fun t => snd (fst t)) ms) (map fst (named a)) /\
    Forall (fun t => fst (fst (fst t)) = fst (snd (fst t))) ms /\
    length (hidden a) = length (hidden b) /\
    rows_correspond (named b) (named a) ms /\
    forall v w, matched_values v w ms ->
      map (fun r => row_value r w) (output b) = map (fun r => row_value r v) (output a).

(** The claim [isomorphic] asks in addition that partners are in the same layer and that the networks
    have the same number of layers. *)
Definition same_layers (ms : list (key * key * Q)) : bool :=
  forallb (fun t => N.eqb (fst (fst (fst t))) (fst (snd (fst t)))) ms.

Lemma matched_values_rev (v w : valuation F) ms :
  matched_values v w (rev ms) <-> matched_values v w ms.
Proof. unfold matched_values. rewrite !Forall_forall.
  split; intros [X M]; split; auto; intros t T; apply M; [now apply in_rev in T|].
  now apply in_rev. Qed.

Theorem matching_isomorphic a b st :
  invariant (working_form a) (working_form b) st ->
  matching_finished (working_form a) (working_form b) st = true ->
  same_layers (matched st) = true -> length (hidden a) = length (hidden b) ->
  isomorphic a b.
Proof.
  intros I H L D. unfold matching_finished in H. rewrite !andb_true_iff in H.
  destruct H as [[H1 H2] H]. apply is_empty_nil in H1, H2. exists (rev (matched st)). repeat split; auto.
  - destruct (inv_waiting _ _ _ I) as (before & B & E). rewrite H1, app_nil_r in B.
    cbn [left working_form] in B. rewrite B, E. apply map_rev.
  - pose proof (inv_keys _ _ _ I) as K. rewrite H2 in K. simpl in K. rewrite app_nil_r in K.
    rewrite map_rev. eapply Permutation_trans; [apply Permutation_sym, Permutation_rev|].
    now apply Permutation_sym.
  - apply Forall_rev. unfold same_layers in L. rewrite forallb_forall in L. apply Forall_forall.
    intros t T. apply N.eqb_eq. auto.
  - apply Forall_rev. eapply Forall_impl; [|exact (inv_rows _ _ _ I)].
    intros t (r & s & A & B & P & G). exists r, s. repeat split; auto.
    intros v w M. apply G. now apply matched_values_rev.
  - intros v w M. rewrite matched_values_rev in M. eapply all2_results; [exact H|apply M|].
    apply partner_values; auto. apply I. Qed.

End Soundness.
