(** * Why a closed tree of cases allows [dead], [alive] and [apart] (format, section 6.1)

    At an input where the row that is looked at is positive, some branch has the signs of the neurons
    there; and no branch can: its leaf is a sum that is not negative, and a constant that is. *)

From ExactRev Require Export Never.
Require Import Lia.

Section Soundness.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Implicit Type v : valuation F.

Lemma nothing_value v : row_value nothing v = 0.
Proof. unfold row_value. simpl. rewrite of_Q_0. ring. Qed.

Lemma single_value k c v : row_value (Row 0 [] [(k, c)]) v = of_Q c * v k.
Proof. unfold row_value. simpl. rewrite of_Q_0. ring. Qed.

Lemma reweighed_value m w r v :
  row_value (reweighed m w r) v = row_value r v + (of_Q w - of_Q (coefficient m r)) * v m.
Proof.
  pose proof (take_out_value F m (neurons r) v) as T. unfold reweighed, coefficient.
  assert (R : row_value r v = row_value (Row (bias r) (inputs r) (snd (take_out m (neurons r)))) v +
    of_Q (fst (take_out m (neurons r))) * v m).
  { unfold row_value. cbn [bias inputs neurons]. rewrite <- T. ring. }
  rewrite R. destruct (q_is_zero w) eqn:Z.
  - rewrite (of_Q_zero F w Z). ring.
  - rewrite add_multiple_value, single_value, of_Q_1. ring. Qed.

Lemma the_larger_left a b : of_Q (F := F) a <= of_Q (the_larger a b).
Proof. unfold the_larger. destruct (q_nonneg _) eqn:N; [apply le_refl|].
  apply le_sub. replace (of_Q b - of_Q a) with (- of_Q (F := F) (q_add a (q_opp b)))
    by (rewrite of_Q_add, of_Q_opp; ring).
  apply opp_nonneg, of_Q_nonpos. unfold q_nonneg in N. unfold q_nonpos.
  apply Z.leb_gt in N. apply Z.leb_le. lia. Qed.

Lemma the_larger_right a b : of_Q (F := F) b <= of_Q (the_larger a b).
Proof. unfold the_larger. destruct (q_nonneg _) eqn:N; [|apply le_refl].
  apply (of_Q_nonneg F) in N. rewrite of_Q_add, of_Q_opp in N. apply le_sub.
  now replace (of_Q a - of_Q b) with (of_Q (F := F) a + - of_Q b) by ring. Qed.

(** Rows in which values are written out compute the same. *)
Definition right_values v (values : list (key * row)) : Prop :=
  Forall (fun e => v (fst e) = row_value (snd e) v) values.

Lemma right_row_of v values k r : right_values v values -> row_of k values = Some r ->
  row_value r v = v k.
Proof. induction 1 as [|[j s] values E H IH]; simpl; [discriminate|].
  destruct (key_eqb k j) eqn:K; auto. apply key_eqb_iff in K. subst.
  intro G. inversion G. now subst. Qed.

Lemma write_out_terms_value v values ts : right_values v values ->
  row_value (write_out_terms values ts) v = sum_terms ts v.
Proof. intro R. induction ts as [|[k c] ts IH]; [apply nothing_value|].
  cbn [write_out_terms sum_terms]. rewrite add_multiple_value, IH.
  destruct (row_of k values) as [r|] eqn:E.
  - rewrite (right_row_of v values k r R E). ring.
  - rewrite single_value, of_Q_1. ring. Qed.

Lemma write_out_value v values r : right_values v values ->
  row_value (write_out values r) v = row_value r v.
Proof. intro R. unfold write_out. rewrite add_multiple_value, of_Q_1, write_out_terms_value by auto.
  unfold row_value. simpl. ring. Qed.

(** The values of the neurons are as a branch says. *)
Definition agrees v (d : decision) : Prop :=
  v (decided d) = relu (row_value (its_row d) v) /\
  if is_on d then 0 < row_value (its_row d) v else row_value (its_row d) v <= 0.

Lemma values_of_right v ds : Forall (agrees v) ds -> right_values v (values_of ds).
Proof. unfold values_of. enough (H : forall values, right_values v values -> Forall (agrees v) ds ->
    right_values v (fold_left (fun values d =>
      (decided d, if is_on d then write_out values (its_row d) else nothing) :: values) ds values))
    by (intro A; now apply H; [constructor|]).
  induction ds as [|d ds IH]; intros values R A; simpl; auto. inversion A as [|? ? [V S] A']. subst.
  apply IH; auto. constructor; auto. cbn [fst snd]. rewrite V. destruct (is_on d).
  - rewrite write_out_value by auto. now apply relu_of_nonneg, lt_le.
  - rewrite nothing_value. now apply relu_of_nonpos. Qed.

Lemma decide_agrees v d ds : agrees v d -> Forall (agrees v) ds -> Forall (agrees v) (decide d ds).
Proof. intros D A. induction A as [|e ds E A IH]; simpl; [auto|].
  destruct (key_compare _ _); auto. Qed.

Lemma decision_of_in k ds d : decision_of k ds = Some d -> In d ds.
Proof. induction ds as [|e ds IH]; simpl; [discriminate|].
  destruct (key_eqb k (decided e)); auto. intro H. inversion H. auto. Qed.

(** ** Summands are what they are said to be *)

Definition summand_holds v (s : summand) : Prop :=
  0 < of_Q (F := F) (multiplier s) /\
  if above_zero s then 0 < row_value (summed s) v else 0 <= row_value (summed s) v.

Lemma total_value v ss : Forall (summand_holds v) ss ->
  0 <= row_value (total ss) v /\ (existsb above_zero ss = true -> 0 < row_value (total ss) v).
Proof. induction 1 as [|s ss [M S] _ [N P]]; cbn [total fold_right existsb].
  - rewrite nothing_value. split; [apply le_refl | discriminate].
  - fold (total ss). rewrite add_multiple_value. destruct (above_zero s).
    + assert (0 < row_value (total ss) v + of_Q (multiplier s) * row_value (summed s) v)
        by (apply add_nonneg_pos; auto; now apply mul_pos).
      split; auto. now apply lt_le.
    + assert (Z : 0 <= of_Q (multiplier s) * row_value (summed s) v)
        by (apply mul_nonneg; auto; now apply lt_le).
      split; [now apply add_nonneg|]. intro E. apply add_pos_nonneg; auto. Qed.

Lemma zero_terms {name} (ts : list (term name)) (v : name -> F) :
  forallb (fun t => q_is_zero (snd t)) ts = true -> sum_terms ts v = 0.
Proof. induction ts as [|[k c] ts IH]; simpl; auto. rewrite andb_true_iff. intros [Z H].
  rewrite (of_Q_zero F c Z), IH by auto. ring. Qed.

Lemma impossible_sound v ss : impossible ss = true -> ~ Forall (summand_holds v) ss.
Proof. unfold impossible. rewrite !andb_true_iff, orb_true_iff, negb_true_iff.
  intros [[[I N] B] S] H. apply total_value in H as [L P].
  assert (E : row_value (total ss) v = of_Q (bias (total ss))).
  { unfold row_value. rewrite !zero_terms by auto. ring. }
  rewrite E in *. apply (of_Q_nonpos F) in B. destruct S as [S|S].
  - apply (of_Q_not_zero F) in S. apply S. now apply le_antisym.
  - exact (P S B). Qed.

Section Branch.
Variables (p : pruning) (t : row) (f : form) (ds : list decision) (v : valuation F).
Hypothesis R : rectified v.
Hypothesis S : solves v (left f).
Hypothesis A : Forall (agrees v) ds.
Let values := values_of ds.

Lemma right_here : right_values v values.
Proof. now apply values_of_right. Qed.

Lemma stated_holds q r : q_nonneg q = true -> 0 < row_value r v ->
  Forall (summand_holds v) (stated q values r).
Proof. intros N P. unfold stated. destruct (q_is_zero q) eqn:Z; constructor; [|constructor].
  split; simpl.
  - apply le_neq_lt; [now apply of_Q_nonneg|]. intro E. symmetry in E.
    now apply (of_Q_not_zero F) in Z.
  - now rewrite write_out_value by apply right_here. Qed.

Lemma left_value k : below (pruned_neuron p) f k = true ->
  exists r, row_of k (left f) = Some r /\ v k = relu (row_value r v).
Proof. unfold below. rewrite andb_true_iff. intros [_ H].
  destruct (row_of k (left f)) as [r|] eqn:E; [|discriminate]. exists r. split; auto.
  eapply solves_row_of; eauto. Qed.

Lemma single_summed k : row_value (Row 0 [] [(k, 1%Q)]) v = v k.
Proof. rewrite single_value, of_Q_1. ring. Qed.

Lemma sign_of_holds k y : below (pruned_neuron p) f k = true -> q_positive y = true ->
  summand_holds v (sign_of ds values (k, y)).
Proof. intros B P. apply (of_Q_positive F) in P. unfold sign_of. cbn [fst snd].
  destruct (decision_of k ds) as [d|] eqn:E.
  - apply decision_of_in in E. destruct (proj1 (Forall_forall _ _) A d E) as [_ H].
    destruct (is_on d); split; auto; cbn [above_zero summed].
    + now rewrite write_out_value by apply right_here.
    + rewrite scale_row_value, write_out_value, of_Q_opp, of_Q_1 by apply right_here.
      replace (- (1) * row_value (its_row d) v) with (- row_value (its_row d) v) by ring.
      now apply opp_nonneg.
  - destruct (left_value k B) as (r & _ & V). split; auto. cbn [above_zero summed].
    rewrite single_summed, V. apply relu_nonneg. Qed.

Lemma relu_at_least (z : F) : z <= relu z.
Proof. destruct (le_total F 0 z) as [H|H].
  - rewrite relu_of_nonneg by auto. apply le_refl.
  - now rewrite relu_of_nonpos. Qed.

Lemma excess_of_holds k u s : q_positive u = true -> excess_of f ds values (k, u) = Some s ->
  summand_holds v s.
Proof. intros P. apply (of_Q_positive F) in P. unfold excess_of. cbn [fst snd].
  destruct (decision_of k ds); [discriminate|].
  destruct (row_of k (left f)) as [r|] eqn:E; [|discriminate].
  intro H. inversion H. split; auto. cbn [above_zero summed].
  rewrite add_multiple_value, single_summed, write_out_value, of_Q_opp, of_Q_1 by apply right_here.
  rewrite (solves_row_of F v k _ r S E).
  replace (relu (row_value r v) + - (1) * row_value r v) with (relu (row_value r v) - row_value r v)
    by ring.
  apply -> le_sub. apply relu_at_least. Qed.

Lemma all_some_excess us ss :
  forallb (fun e => below (pruned_neuron p) f (fst e) && q_positive (snd e)) us = true ->
  all_some (map (excess_of f ds values) us) = Some ss -> Forall (summand_holds v) ss.
Proof. revert ss. induction us as [|[k u] us IH]; intros ss; simpl.
  - intros _ H. inversion H. constructor.
  - rewrite !andb_true_iff. intros [[_ P] L].
    destruct (excess_of f ds values (k, u)) as [s|] eqn:E; [|discriminate].
    destruct (all_some _) as [rest|] eqn:G; [|discriminate]. intro H. inversion H.
    constructor; auto. eapply excess_of_holds; eauto. Qed.

(** What the branch would have to be like. *)
Definition searched_for : Prop :=
  0 < row_value t v /\ match beside p with Some m => 0 < v m | None => True end.

Lemma never_sound c d ys us : never p t f ds c d ys us = true -> ~ searched_for.
Proof. unfold never, multipliers. rewrite !andb_true_iff. fold values.
  intros [[[[C D] [_ Y]] [_ U]] H] [T M].
  destruct (stated_beside p d values) as [other|] eqn:O; [|discriminate].
  destruct (all_some _) as [excess|] eqn:X; [|discriminate].
  apply (impossible_sound v _ H). rewrite !Forall_app. repeat split.
  - now apply stated_holds.
  - unfold stated_beside in O. destruct (beside p) as [m|].
    + inversion O. apply stated_holds; auto. now rewrite single_summed.
    + destruct (q_is_zero d); inversion O. constructor.
  - apply Forall_map, Forall_forall. intros [k y] I. rewrite forallb_forall in Y.
    specialize (Y _ I). apply andb_true_iff in Y as [B P]. now apply sign_of_holds.
  - eapply all_some_excess; eauto. Qed.
End Branch.

(** ** Some open branch agrees with every input that is searched for *)

Definition search_invariant (f : form) (s : search) : Prop :=
  looked_at (searched s) f = Some (row_searched s) /\
  forall v, rectified v -> solves v (left f) -> searched_for (searched s) (row_searched s) v ->
    Exists (Forall (agrees v)) (branches s).

Lemma search_start_invariant p f s : search_start p f = Some s -> search_invariant f s.
Proof. unfold search_start. destruct (looked_at p f) as [t|] eqn:E; [|discriminate].
  intro H. inversion H. split; auto. intros v _ _ _. now do 2 constructor. Qed.

Lemma search_take_invariant f s line s' :
  search_invariant f s -> search_take f s line = Some s' -> search_invariant f s'.
Proof.
  destruct s as [p t open]. intros [L I] H. cbn [searched row_searched branches] in *.
  unfold search_take in H. destruct open as [|ds open]; [discriminate|]. destruct line as [k|c d ys us].
  - destruct (row_of k (left f)) as [r|] eqn:E; [|discriminate].
    destruct (decision_of k ds); [discriminate|].
    destruct (below _ _ _); [|discriminate]. inversion H. split; auto. intros v R S P.
    specialize (I v R S P). cbn [branches]. inversion I as [? ? A|? ? A]; subst; [|now do 2 right].
    pose proof (solves_row_of F v k _ r S E) as V. destruct (le_or_lt F (row_value r v) 0) as [N|N].
    + right. left. apply decide_agrees; auto. now split.
    + left. apply decide_agrees; auto. now split.
  - destruct (never p t f ds c d ys us) eqn:E; [|discriminate]. inversion H. split; auto.
    intros v R S P. specialize (I v R S P). inversion I as [? ? A|? ? A]; subst; auto.
    exfalso. eapply never_sound; eauto. Qed.

(** ** What never happens may be changed *)

Lemma not_pos (x : F) : ~ 0 < x -> x <= 0.
Proof. intro H. destruct (le_or_lt F x 0); tauto. Qed.

Lemma prune_sound p f t : looked_at p f = Some t ->
  (forall v, rectified v -> solves v (left f) -> ~ searched_for p t v) -> keeps_function F f (prune p f).
Proof.
  destruct p as [n|n|n m w]; unfold searched_for; cbn [looked_at beside]; unfold prune;
    cbn [pruned_neuron]; intros L N;
    destruct (row_of n (left f)) as [r|] eqn:E; try discriminate.
  - inversion L. subst t. apply removal_keeps_function. intros v R S c rest.
    rewrite (solves_row_of F v n _ r S E), relu_of_nonpos; [ring|].
    apply not_pos. intro P. exact (N v R S (conj P I)).
  - inversion L. subst t. apply removal_keeps_function. intros v R S c rest.
    rewrite add_multiple_value, (solves_row_of F v n _ r S E), relu_of_nonneg; auto.
    destruct (le_or_lt F 0 (row_value r v)) as [P|P]; auto. exfalso. apply (N v R S). split; auto.
    rewrite scale_row_value, of_Q_opp, of_Q_1.
    replace (- (1) * row_value r v) with (- row_value r v) by ring. now apply opp_pos.
  - destruct (row_of m (left f)) as [s|] eqn:M; [|discriminate].
    destruct (N.ltb _ _); [|discriminate]. inversion L. subst t. clear L.
    intros v R S. exists v. repeat split; auto. unfold solves in *. cbn [left]. apply Forall_map.
    eapply Forall_impl; [|exact S]. intros [k q] Q. cbn [fst snd] in *.
    destruct (key_eqb n k) eqn:K; auto. cbn [fst snd]. apply key_eqb_iff in K. subst k.
    rewrite (solves_row_of F v n _ r S E), reweighed_value. set (a := coefficient m r) in *.
    pose proof (solves_row_of F v m _ s S M) as V.
    pose proof (relu_nonneg F (row_value s v)) as P. rewrite <- V in P.
    destruct (le_or_lt F (v m) 0) as [Z|Z].
    + replace (v m) with (0 : F) by now apply le_antisym.
      now replace (row_value r v + (of_Q w - of_Q a) * 0) with (row_value r v) by ring.
    + assert (T : row_value r v + (of_Q (the_larger w a) - of_Q a) * v m <= 0).
      { unfold a. rewrite <- reweighed_value. apply not_pos. intro T. exact (N v R S (conj T Z)). }
      assert (D : forall b, of_Q b <= of_Q (F := F) (the_larger w a) ->
        row_value r v + (of_Q b - of_Q a) * v m <= 0).
      { intros b B. eapply le_trans; [|exact T]. apply le_sub.
        replace (row_value r v + (of_Q (the_larger w a) - of_Q a) * v m -
          (row_value r v + (of_Q b - of_Q a) * v m)) with ((of_Q (the_larger w a) - of_Q b) * v m) by ring.
        apply mul_nonneg; auto. now apply -> le_sub. }
      pose proof (D a (the_larger_right w a)) as O.
      replace (row_value r v + (of_Q a - of_Q a) * v m) with (row_value r v) in O by ring.
      rewrite !relu_of_nonpos; auto. apply D, the_larger_left. Qed.

(** A closed tree allows the change. *)
Theorem search_sound f s : search_invariant f s -> search_closed s = true ->
  keeps_function F f (prune (searched s) f).
Proof. unfold search_closed. intros [L H] C. destruct (branches s); [|discriminate].
  eapply prune_sound; eauto. intros v R S P. specialize (H v R S P). inversion H. Qed.

End Soundness.
