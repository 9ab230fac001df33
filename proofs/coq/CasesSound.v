(** * Why a closed tree of cases shows that a row is nowhere positive (format, section 6.1)

    At an input where the row that is looked at is positive, some branch has the signs of the neurons
    there; and no branch can: its leaf is a sum that is not negative, and a constant that is. *)

From ExactRev Require Export Cases.
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

Lemma value_alone_value k v : row_value (value_alone k) v = v k.
Proof. unfold value_alone. rewrite single_value, of_Q_1. ring. Qed.

(** Rows in which values are written out compute the same. *)
Definition right_values v (values : KeyMap.t row) : Prop :=
  forall k r, KeyMap.find k values = Some r -> v k = row_value r v.

Lemma write_out_terms_value v values ts : right_values v values ->
  row_value (write_out_terms values ts) v = sum_terms ts v.
Proof. intro R. induction ts as [|[k c] ts IH]; [apply nothing_value|].
  cbn [write_out_terms sum_terms]. rewrite add_multiple_value, IH.
  destruct (KeyMap.find k values) as [r|] eqn:E.
  - rewrite <- (R k r E). ring.
  - rewrite value_alone_value. ring. Qed.

Lemma write_out_value v values r : right_values v values ->
  row_value (write_out values r) v = row_value r v.
Proof. intro R. unfold write_out. rewrite add_multiple_value, of_Q_1, write_out_terms_value by auto.
  unfold row_value. simpl. ring. Qed.

(** The values of the neurons are as a branch says. *)
Definition agrees v (d : decision) : Prop :=
  v (decided d) = relu (row_value (its_row d) v) /\
  match its_state d with
  | IsOn => 0 < row_value (its_row d) v
  | IsOff => row_value (its_row d) v <= 0
  | HasValue r => v (decided d) = row_value r v
  end.

Lemma its_value_right v d : agrees v d -> v (decided d) = row_value (its_value d) v.
Proof. unfold its_value. intros [V S]. destruct (its_state d); auto; rewrite V.
  - now apply relu_of_nonneg, lt_le.
  - rewrite nothing_value. now apply relu_of_nonpos. Qed.

Lemma values_of_right v ds : Forall (agrees v) ds -> right_values v (values_of ds).
Proof.
  unfold values_of. enough (H : forall values, right_values v values -> Forall (agrees v) ds ->
    right_values v (fold_left (fun values d =>
      KeyMap.add (decided d) (write_out values (its_value d)) values) ds values)).
  { intro A. apply H; auto. intros k r E. rewrite KeyFacts.empty_o in E. discriminate. }
  induction ds as [|d ds IH]; intros values R A; simpl; auto. inversion A as [|? ? D A']. subst.
  apply IH; auto. intros k r E. rewrite KeyFacts.add_o in E. destruct (KeyOrder.eq_dec (decided d) k) as [<-|N].
  - inversion E. rewrite write_out_value by auto. now apply its_value_right.
  - now apply R. Qed.

Lemma decisions_read_in ds : forall read d, In d (fst (decisions_read read ds)) -> In d ds.
Proof. induction ds as [|e ds IH]; simpl; intros read d; [tauto|]. specialize (IH read d).
  destruct (decisions_read read ds) as [kept read']. destruct (KeyMap.mem _ _); simpl in *; tauto. Qed.

Lemma values_for_right v rows ds : Forall (agrees v) ds -> right_values v (values_for rows ds).
Proof. intro A. apply values_of_right. rewrite Forall_forall in *. intros d I.
  eapply A, decisions_read_in, I. Qed.

Lemma decide_agrees v d ds : agrees v d -> Forall (agrees v) ds -> Forall (agrees v) (decide d ds).
Proof. intros D A. induction A as [|e ds E A IH]; simpl; [auto|].
  destruct (key_compare _ _); auto. Qed.

Lemma decision_of_in k ds d : decision_of k ds = Some d -> In d ds.
Proof. induction ds as [|e ds IH]; simpl; [discriminate|].
  destruct (key_eqb k (decided e)); auto. intro H. inversion H. auto. Qed.

Lemma zero_terms {name} (ts : list (term name)) (v : name -> F) :
  forallb (fun t => q_is_zero (snd t)) ts = true -> sum_terms ts v = 0.
Proof. induction ts as [|[k c] ts IH]; simpl; auto. rewrite andb_true_iff. intros [Z H].
  rewrite (of_Q_zero F c Z), IH by auto. ring. Qed.

Lemma is_zero_row_value r v : is_zero_row r = true -> row_value r v = 0.
Proof. unfold is_zero_row. rewrite !andb_true_iff. intros [[B I] N]. unfold row_value.
  rewrite (of_Q_zero F _ B), !zero_terms by auto. ring. Qed.

Lemma value_of_multiple_value v c l z : v l = relu (row_value z v) ->
  row_value (value_of_multiple c l z) v = relu (of_Q c * row_value z v).
Proof.
  intro V. unfold value_of_multiple. destruct (q_nonneg c) eqn:C.
  - rewrite single_value, V, relu_scale; auto. now apply of_Q_nonneg.
  - assert (N : 0 <= - of_Q (F := F) c).
    { apply opp_nonneg, of_Q_nonpos. unfold q_nonneg in C. unfold q_nonpos.
      apply Z.leb_gt in C. apply Z.leb_le. lia. }
    rewrite add_multiple_value, scale_row_value, single_value, of_Q_1, of_Q_opp, V.
    pose proof (relu_flip F (of_Q c * row_value z v)) as E. rewrite E.
    replace (- (of_Q c * row_value z v)) with (- of_Q c * row_value z v) by ring.
    rewrite relu_scale by auto. ring. Qed.

(** A neuron that is tied to another one has the value that is said. *)
Lemma tied_agrees v ds k r l s c d : Forall (agrees v) ds -> v k = relu (row_value r v) ->
  v l = relu (row_value s v) -> tied ds k r l s c = Some d -> agrees v d.
Proof.
  intros A K L. pose proof (values_for_right v [r; s] ds A) as R. unfold tied.
  destruct (key_compare l k); try discriminate. destruct (decision_of k ds); [discriminate|].
  destruct (_ && _) eqn:C; [|discriminate]. intro H. inversion H.
  apply andb_true_iff in C as [_ C]. apply (is_zero_row_value _ v) in C.
  rewrite add_multiple_value, !write_out_value, of_Q_opp in C by auto. split; auto.
  cbn [its_state decided]. rewrite value_of_multiple_value, K by auto. f_equal.
  replace (row_value r v) with (row_value r v + - of_Q c * row_value s v + of_Q c * row_value s v) by ring.
  rewrite C. ring. Qed.

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

Lemma impossible_sound v ss : impossible ss = true -> ~ Forall (summand_holds v) ss.
Proof. unfold impossible. rewrite !andb_true_iff, orb_true_iff, negb_true_iff.
  intros [[[I N] B] S] H. apply total_value in H as [L P].
  assert (E : row_value (total ss) v = of_Q (bias (total ss))).
  { unfold row_value. rewrite !zero_terms by auto. ring. }
  rewrite E in *. apply (of_Q_nonpos F) in B. destruct S as [S|S].
  - apply (of_Q_not_zero F) in S. apply S. now apply le_antisym.
  - exact (P S B). Qed.

Lemma multipliers_positive {name} compare (ts : list (name * Q)) :
  multipliers compare ts = true -> forall t, In t ts -> 0 < of_Q (F := F) (snd t).
Proof. induction ts as [|u us IH]; cbn [multipliers]; [intros _ ? []|]. rewrite !andb_true_iff.
  intros [[P _] M] t [<-|I]; [now apply of_Q_positive|auto]. Qed.

Lemma all_some_map {X Y} (g : X -> option Y) (P : Y -> Prop) xs : forall ys,
  all_some (map g xs) = Some ys -> (forall x y, In x xs -> g x = Some y -> P y) -> Forall P ys.
Proof. induction xs as [|x xs IH]; cbn [map all_some]; intros ys H G; [inversion H; constructor|].
  destruct (g x) as [y|] eqn:E; [|discriminate]. destruct (all_some _) as [zs|]; [|discriminate].
  inversion H. constructor; [|apply IH; auto; intros]; eapply G; eauto; simpl; auto. Qed.

(** What a tree shows to be nowhere. *)
Definition asked (q : inquiry) v : Prop :=
  0 < row_value (looked_at q) v /\ match beside q with Some m => 0 < v m | None => True end.

Definition known_positive (known : known_rows) v : Prop :=
  forall n r, known n = Some r -> 0 < row_value r v.

Section Branch.
Variables (q : inquiry) (known : known_rows) (f : form) (ds : list decision) (v : valuation F).
Hypothesis S : solves v (left f).
Hypothesis K : known_positive known v.
Hypothesis A : Forall (agrees v) ds.

Section Values.
Variable values : KeyMap.t row.
Hypothesis right_here : right_values v values.

Lemma stated_holds c r : q_nonneg c = true -> 0 < row_value r v ->
  Forall (summand_holds v) (stated c values r).
Proof. intros N P. unfold stated. destruct (q_is_zero c) eqn:Z; constructor; [|constructor].
  split; simpl.
  - apply le_neq_lt; [now apply of_Q_nonneg|]. intro E. symmetry in E.
    now apply (of_Q_not_zero F) in Z.
  - now rewrite write_out_value by exact right_here. Qed.

Lemma left_value k : may_be_named (before q) f k = true ->
  exists r, row_of k (left f) = Some r /\ v k = relu (row_value r v).
Proof. unfold may_be_named. rewrite andb_true_iff. intros [_ H].
  destruct (row_of k (left f)) as [r|] eqn:E; [|discriminate]. exists r. split; auto.
  eapply solves_row_of; eauto. Qed.

Lemma sign_of_holds k y s : may_be_named (before q) f k = true -> 0 < of_Q (F := F) y ->
  sign_of ds values (k, y) = Some s -> summand_holds v s.
Proof. intros B P. unfold sign_of. cbn [fst snd]. destruct (decision_of k ds) as [d|] eqn:E.
  - apply decision_of_in in E. destruct (proj1 (Forall_forall _ _) A d E) as [_ H].
    destruct (its_state d); try discriminate; intro G; inversion G; split; auto; cbn [above_zero summed].
    + now rewrite write_out_value by exact right_here.
    + rewrite scale_row_value, write_out_value, of_Q_opp, of_Q_1 by exact right_here.
      replace (- (1) * row_value (its_row d) v) with (- row_value (its_row d) v) by ring.
      now apply opp_nonneg.
  - destruct (left_value k B) as (r & _ & V). intro G. inversion G. split; auto. cbn [above_zero summed].
    rewrite value_alone_value, V. apply relu_nonneg. Qed.

Lemma relu_at_least (z : F) : z <= relu z.
Proof. destruct (le_total F 0 z) as [H|H].
  - rewrite relu_of_nonneg by auto. apply le_refl.
  - now rewrite relu_of_nonpos. Qed.

Lemma excess_of_holds k u s : 0 < of_Q (F := F) u -> excess_of f ds values (k, u) = Some s ->
  summand_holds v s.
Proof. intro P. unfold excess_of. cbn [fst snd]. destruct (decision_of k ds); [discriminate|].
  destruct (row_of k (left f)) as [r|] eqn:E; [|discriminate].
  intro H. inversion H. split; auto. cbn [above_zero summed].
  rewrite add_multiple_value, value_alone_value, write_out_value, of_Q_opp, of_Q_1 by exact right_here.
  rewrite (solves_row_of F v k _ r S E).
  replace (relu (row_value r v) + - (1) * row_value r v) with (relu (row_value r v) - row_value r v)
    by ring.
  apply -> le_sub. apply relu_at_least. Qed.

End Values.

Lemma known_of_holds n w s : 0 < of_Q (F := F) w -> known_of known (n, w) = Some s -> summand_holds v s.
Proof. intro P. unfold known_of. cbn [fst snd]. destruct (known n) as [r|] eqn:E; [|discriminate].
  intro H. inversion H. split; auto. cbn [above_zero summed]. eauto. Qed.
Lemma never_sound l : never q known f ds l = true -> ~ asked q v.
Proof.
  unfold never, names_allowed. pose proof (values_for_right v (rows_read q f l) ds A) as R.
  generalize dependent (values_for (rows_read q f l) ds). intros values R. rewrite !andb_true_iff.
  intros [[[[[C D] [Yp Yn]] [Up _]] Rp] H] [T M].
  destruct (stated_beside _ _ _) as [other|] eqn:O; [|discriminate].
  destruct (all_some (map (sign_of _ _) _)) as [signs|] eqn:Sg; [|discriminate].
  destruct (all_some (map (excess_of _ _ _) _)) as [excess|] eqn:X; [|discriminate].
  destruct (all_some (map (known_of known) _)) as [rows|] eqn:Kn; [|discriminate].
  apply (impossible_sound v _ H). rewrite !Forall_app. repeat split.
  - now apply stated_holds.
  - unfold stated_beside in O. destruct (beside q) as [m|].
    + inversion O. apply stated_holds; auto. now rewrite value_alone_value.
    + destruct (q_is_zero _); inversion O. constructor.
  - apply (all_some_map _ _ _ _ Sg). intros [k y] s I. rewrite forallb_forall in Yn.
    apply (sign_of_holds values R); [exact (Yn _ I)|exact (multipliers_positive _ _ Yp _ I)].
  - apply (all_some_map _ _ _ _ X). intros [k u] s I.
    apply (excess_of_holds values R). exact (multipliers_positive _ _ Up _ I).
  - apply (all_some_map _ _ _ _ Kn). intros [n w] s I.
    apply known_of_holds. exact (multipliers_positive _ _ Rp _ I). Qed.
End Branch.

(** ** Some open branch agrees with every input that is asked for *)

Definition search_invariant (known : known_rows) (f : form) (s : search) : Prop :=
  forall v, rectified v -> solves v (left f) -> known_positive known v -> asked (about s) v ->
    Exists (Forall (agrees v)) (branches s).

Lemma search_start_invariant known f q : search_invariant known f (search_start q).
Proof. intros v _ _ _ _. now do 2 constructor. Qed.

Lemma search_take_about known f s line s' : search_take known f s line = Some s' -> about s' = about s.
Proof. unfold search_take. destruct s as [q open]. destruct open as [|ds open]; [discriminate|].
  destruct line as [k|k l c|l].
  - destruct (row_of k (left f)); [|discriminate]. destruct (decision_of k ds); [discriminate|].
    destruct (may_be_named _ _ _); [|discriminate]. intro H. now inversion H.
  - destruct (row_of k (left f)); [|discriminate]. destruct (row_of l (left f)); [|discriminate].
    destruct (_ && _); [|discriminate]. destruct (tied _ _ _ _ _ _); [|discriminate]. intro H. now inversion H.
  - destruct (never q known f ds l); [|discriminate]. intro H. now inversion H. Qed.

Lemma search_take_invariant known f s line s' :
  search_invariant known f s -> search_take known f s line = Some s' -> search_invariant known f s'.
Proof.
  intros I H. pose proof (search_take_about _ _ _ _ _ H) as Q. intros v R S K P. rewrite Q in P.
  specialize (I v R S K P). clear Q. destruct s as [q open]. cbn [about branches] in I, P.
  unfold search_take in H. destruct open as [|ds open]; [discriminate|]. destruct line as [k|k l c|l].
  - destruct (row_of k (left f)) as [r|] eqn:E; [|discriminate].
    destruct (decision_of k ds); [discriminate|].
    destruct (may_be_named _ _ _); [|discriminate]. inversion H. cbn [branches].
    inversion I as [? ? A|? ? A]; subst; [|now do 2 right].
    pose proof (solves_row_of F v k _ r S E) as V. destruct (le_or_lt F (row_value r v) 0) as [N|N].
    + right. left. apply decide_agrees; auto. now split.
    + left. apply decide_agrees; auto. now split.
  - destruct (row_of k (left f)) as [r|] eqn:E; [|discriminate].
    destruct (row_of l (left f)) as [s0|] eqn:G; [|discriminate]. destruct (_ && _); [|discriminate].
    destruct (tied ds k r l s0 c) as [d|] eqn:T; [|discriminate]. inversion H. cbn [branches].
    inversion I as [? ? A|? ? A]; subst; [|now right]. left. apply decide_agrees; auto.
    eapply tied_agrees; eauto; eapply solves_row_of; eauto.
  - destruct (never q known f ds l) eqn:E; [|discriminate]. inversion H. subst s'. cbn [branches].
    inversion I as [? ? A|? ? A]; subst; auto.
    exfalso. now apply (never_sound q known f ds v S K A l). Qed.

(** What a closed tree is about is nowhere. *)
Theorem closed_search known f s : search_invariant known f s -> search_closed s = true ->
  forall v, rectified v -> solves v (left f) -> known_positive known v -> ~ asked (about s) v.
Proof. unfold search_closed. intros I C v R S K P. specialize (I v R S K P).
  destruct (branches s); [inversion I|discriminate]. Qed.

Lemma not_pos (x : F) : ~ 0 < x -> x <= 0.
Proof. intro H. destruct (le_or_lt F x 0); tauto. Qed.

End Soundness.
