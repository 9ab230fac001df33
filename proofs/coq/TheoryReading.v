(** * Networks read from a file are complete

    What TheoryNetworkTables.v asks of a network, that its rows name existing values only, holds of
    every network that the verified checker reads. *)

From ExactRev Require Export TheoryNetworkTables.
From ExactRev Require NetworkText.
Require Import Lia.

Lemma size_length {X} (l : list X) : NetworkText.size l = N.of_nat (length l).
Proof. unfold NetworkText.size.
  enough (H : forall n, fold_left (fun n _ => N.succ n) l n = (n + N.of_nat (length l))%N)
  by (rewrite H; lia). induction l as [|a l IH]; intro n; simpl; [lia|]. rewrite IH. lia. Qed.

Lemma numbered_names ws : forall i t, In t (numbered i ws) -> (i <= fst t < i + N.of_nat (length ws))%N.
Proof. induction ws as [|w ws IH]; simpl; intros i t H; [tauto|].
  destruct (q_is_zero w); [|destruct H as [<-|H]; [simpl; lia|]]; apply IH in H; lia. Qed.

Section Reading.
Variables (n : nat) (there : key -> Prop).

(** The row reads inputs below [n] and neurons that are there. *)
Definition reads_existing (r : row) := (forall t, In t (inputs r) -> (N.to_nat (fst t) < n)%nat) /\
  (forall t, In t (neurons r) -> there (fst t)).

(** The sizes of the layers below [k] are those of values that are there. *)
Definition sizes_right (k : N) (sizes : list N) := forall l width,
  NetworkText.size_of k l sizes = Some width ->
  if N.eqb l 0 then width = N.of_nat n else forall i, (i < width)%N -> there (l, i).

Lemma attach_existing k sizes l width ws r : sizes_right k sizes ->
  NetworkText.size_of k l sizes = Some width -> NetworkText.size ws = width ->
  reads_existing r -> reads_existing (attach l ws r).
Proof.
  intros S W L [Ri Rn]. specialize (S l width W). rewrite size_length in L. unfold attach.
  destruct (N.eqb l 0); split; cbn [inputs neurons]; auto; intros t T; apply in_app_or in T as [T|T];
    auto.
  - apply numbered_names in T. lia.
  - apply in_map_iff in T as (u & <- & U). apply numbered_names in U. apply S. lia. Qed.

Lemma attach_block_existing k sizes l width block : sizes_right k sizes ->
  NetworkText.size_of k l sizes = Some width ->
  forallb (fun ws => N.eqb (NetworkText.size ws) width) block = true ->
  forall rows, Forall reads_existing rows -> Forall reads_existing (attach_block l rows block).
Proof.
  intros S W. induction block as [|ws block IH]; simpl; intros B [|r rows] R; auto.
  apply andb_true_iff in B as [B1 B2]. apply N.eqb_eq in B1. inversion R. subst. constructor; auto.
  eapply attach_existing; eauto. Qed.

Lemma attach_block_length l block : forall rows, length (attach_block l rows block) = length rows.
Proof. induction block as [|ws block IH]; intros [|r rows]; simpl; auto. Qed.

Lemma blocks_existing k sizes count bs : sizes_right k sizes ->
  forall after rows, NetworkText.blocks_fit k after count sizes bs = true ->
    Forall reads_existing rows ->
  let all := fold_left (fun rows b => attach_block (fst b) rows (snd b)) bs rows in
  Forall reads_existing all /\ length all = length rows.
Proof.
  intro S. induction bs as [|[l block] bs IH]; simpl; intros after rows B R; auto.
  destruct (NetworkText.size_of k l sizes) as [width|] eqn:W; [|discriminate].
  rewrite !andb_true_iff in B. destruct B as [[[[_ _] B] _] Bs].
  destruct (IH _ (attach_block l rows block) Bs) as [I1 I2].
  - eapply attach_block_existing; eauto.
  - split; auto. now rewrite I2, attach_block_length. Qed.

Lemma layers_existing ls : forall k sizes rest, (0 < k)%N ->
  NetworkText.read_layers k sizes ls = Some rest ->
  sizes_right k sizes -> (forall m, In m (map fst (name_layers k (removelast rest))) -> there m) ->
  Forall (Forall reads_existing) rest.
Proof.
  induction ls as [|l ls IH]; simpl; intros k sizes rest K R S T; [inversion R; constructor|].
  destruct (NetworkText.blocks_fit _ _ _ _ _) eqn:B; [|discriminate].
  destruct (NetworkText.read_layers _ _ ls) as [more|] eqn:E; [|discriminate]. inversion R. subst rest.
    clear R.
  destruct (blocks_existing k sizes _ _ S None (map (fun b => Row b [] []) (NetworkText.biases l)) B)
    as [Rows Len].
  { apply Forall_forall. intros r I. apply in_map_iff in I as (b & <- & _). split; intros t []. }
  fold (layer_rows (NetworkText.biases l) (NetworkText.blocks l)) in Rows, Len. constructor; auto.
  destruct more as [|next more]; [constructor|].
  change (removelast (?a :: next :: more)) with (a :: removelast (next :: more)) in T.
  apply (IH (N.succ k) (NetworkText.size (NetworkText.biases l) :: sizes) _ ltac:(lia) E).
  - intros m width W. simpl in W. destruct (N.eqb_spec (N.succ m) (N.succ k)) as [M|M].
    + assert (m = k) by lia. subst m. inversion W. subst width. destruct (N.eqb_spec k 0); [lia|].
      intros i I. apply T. cbn [name_layers]. rewrite map_app. apply in_or_app. left.
      rewrite name_rows_names, Len, map_length. apply in_map_iff. exists (N.to_nat i).
      rewrite size_length in I. split; [f_equal; lia|]. apply in_seq. lia.
    + rewrite N.pred_succ in W. now apply S.
  - intros m M. apply T. cbn [name_layers]. rewrite map_app. apply in_or_app. now right. Qed.

End Reading.

Lemma name_layers_rows layers : forall l k r, In (k, r) (name_layers l layers) ->
  exists rows, In rows layers /\ In r rows.
Proof. induction layers as [|rows layers IH]; simpl; intros l k r H; [tauto|].
  apply in_app_or in H as [H|H].
  - apply name_rows_in in H as (j & J & _). exists rows. split; auto. eapply nth_error_In; eauto.
  - destruct (IH _ _ _ H) as (rs & A & B). eauto. Qed.

Theorem read_networks_are_complete t net : NetworkText.read_network t = Some net ->
  complete (N.to_nat (NetworkText.input_count t)) net.
Proof.
  unfold NetworkText.read_network. destruct (N.eqb _ 0); [discriminate|].
  destruct (NetworkText.read_layers _ _ _) as [all|] eqn:E; [|discriminate].
  destruct (_ && _) eqn:Fit; [|discriminate]. intro H. inversion H. subst net. clear H.
  apply andb_true_iff in Fit as [_ Fit]. set (net := Network (removelast all) (last all [])) in *.
    split; auto.
  pose proof (layers_existing (N.to_nat (NetworkText.input_count t)) (fun m => In m (map fst (named
    net)))
    _ _ _ _ N.lt_0_1 E) as L.
  assert (Rows : Forall (Forall (reads_existing (N.to_nat (NetworkText.input_count t))
    (fun m => In m (map fst (named net))))) all).
  { apply L; auto. intros l width W. simpl in W.
    destruct (N.eqb_spec (N.succ l) 1) as [Z|Z]; [|discriminate].
    inversion W. subst width. destruct (N.eqb_spec l 0); [|lia]. now rewrite N2Nat.id. }
  rewrite Forall_forall in Rows.
  assert (One : forall rows r, In rows all -> In r rows ->
    reads_existing (N.to_nat (NetworkText.input_count t))
    (fun m => In m (map fst (named net))) r).
  { intros rows r A B. specialize (Rows rows A). rewrite Forall_forall in Rows. auto. }
  intros k r R. unfold reader in R. destruct (N.eqb _ _).
  - apply nth_error_In in R. apply (One (last all [])); auto.
    destruct all as [|rows more]; [destruct R|].
    assert (A : In (last (rows :: more) []) (removelast (rows :: more) ++ [last (rows :: more) []])).
    { apply in_or_app. right. now left. }
    now rewrite <- app_removelast_last in A by discriminate.
  - apply neuron_row_some, name_layers_rows in R as (rows & A & B). apply (One rows); auto.
    destruct all as [|first more]; [destruct A|].
    assert (C : In rows (removelast (first :: more) ++ [last (first :: more) []])).
    { apply in_or_app. now left. }
    now rewrite <- app_removelast_last in C by discriminate. Qed.
