(** * Networks side by side: one network that has the neurons of several (format, sections 10.2 and 11)

    Neurons get new names, layer by layer; a row is taken over when everything that it reads has a new
    name.  The new network's outputs are the values of the rows given as results. *)

From ExactRev Require Export Checker Root.
Require Import Lia.

Definition renaming := KeyMap.t key.

Fixpoint renamed_terms (p : renaming) (ts : list (term key)) : option (list (term key)) :=
  match ts with
  | [] => Some []
  | (k, c) :: ts =>
      match KeyMap.find k p, renamed_terms p ts with
      | Some m, Some us => Some ((m, c) :: us)
      | _, _ => None
      end
  end.

Definition renamed_row (p : renaming) (r : row) : option row :=
  option_map (Row (bias r) (inputs r)) (renamed_terms p (neurons r)).

(** The neurons get the names (l, i), (l, i + 1), ... *)
Fixpoint name_anew (l i : N) (ns : list (key * row)) (p : renaming) : renaming :=
  match ns with
  | [] => p
  | (k, _) :: ns => name_anew l (N.succ i) ns (KeyMap.add k (l, i) p)
  end.

Fixpoint replanted (l : N) (layers : list (list (key * row))) (p : renaming)
  : option (list (list row) * renaming) :=
  match layers with
  | [] => Some ([], p)
  | ns :: layers =>
      match collect (fun n => renamed_row p (snd n)) ns, replanted (N.succ l) layers (name_anew l 0 ns p) with
      | Some rows, Some (rest, q) => Some (rows :: rest, q)
      | _, _ => None
      end
  end.

(** The network with these layers, whose outputs are the results. *)
Definition replant (layers : list (list (key * row))) (results : list row) : option network :=
  match replanted 1 layers (KeyMap.empty key) with
  | Some (rows, p) => option_map (Network rows) (collect (renamed_row p) results)
  | None => None
  end.

(** ** Several networks

    The neurons of each get names of their own: its layers are counted on from those of the networks
    before it.  Its inputs are counted from [first_input] on. *)

Record placed := Placed { first_input : N; input_number : N; the_network : network }.

Definition moved_term (d : N) (t : term key) : term key := ((fst (fst t) + d, snd (fst t))%N, snd t).

Definition moved_row (o d : N) (r : row) : row :=
  Row (bias r) (map (fun t : term N => ((o + fst t)%N, snd t)) (inputs r)) (map (moved_term d) (neurons r)).

Definition moved_neuron (o d : N) (n : key * row) : key * row :=
  ((fst (fst n) + d, snd (fst n))%N, moved_row o d (snd n)).

Fixpoint moved_layers (o d l : N) (layers : list (list row)) : list (list (key * row)) :=
  match layers with
  | [] => []
  | rows :: layers => map (moved_neuron o d) (name_rows l 0 rows) :: moved_layers o d (N.succ l) layers
  end.

(** Layer by layer, the neurons of both. *)
Fixpoint both {X} (a b : list (list X)) : list (list X) :=
  match a, b with
  | [], _ => b
  | _, [] => a
  | x :: a, y :: b => (x ++ y) :: both a b
  end.

(** The hidden layers of all, and the rows of the outputs of each. *)
Fixpoint side_by_side (d : N) (nets : list placed) : list (list (key * row)) * list (list row) :=
  match nets with
  | [] => ([], [])
  | Placed o _ net :: nets =>
      let (layers, outs) := side_by_side (d + size (hidden net)) nets in
      (both (moved_layers o d 1 (hidden net)) layers, map (moved_row o d) (output net) :: outs)
  end.

(** The network reads inputs that it has only. *)
Definition inputs_below (n : N) (net : network) : bool :=
  forallb (fun r => forallb (fun t => N.ltb (fst t) n) (inputs r)) (concat (hidden net) ++ output net).

Section Soundness.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).

Lemma collect_all {A B} (f : A -> option B) l : forall m, collect f l = Some m ->
  Forall2 (fun a b => f a = Some b) l m.
Proof. induction l as [|a l IH]; simpl; intros m H; [inversion H; constructor|].
  destruct (f a) as [b|] eqn:E; [|discriminate]. destruct (collect f l); [|discriminate].
  inversion H. constructor; auto. Qed.

(** ** The new network's values *)

Section Replanted.
Variables (v : valuation F) (x : list F).
Hypothesis inputs_agree : forall i, v (0%N, i) = nth (N.to_nat i) x 0.

(** What is known of the new names: they stand for the values. *)
Definition stands (p : renaming) (values : list (list F)) : Prop := forall k m,
  KeyMap.find k p = Some m -> (N.to_nat (fst m) < length values)%nat /\ v k = reading values m.

Lemma renamed_row_value p vs r q : stands p (x :: vs) -> renamed_row p r = Some q ->
  row_value q (reading (x :: vs)) = row_value r v.
Proof.
  intros S H. unfold renamed_row in H. destruct (renamed_terms p (neurons r)) as [us|] eqn:E; [|discriminate].
  inversion H. subst q. clear H. unfold row_value. cbn [bias inputs neurons]. f_equal. f_equal.
  - apply sum_terms_agree. intros t _. rewrite inputs_agree. reflexivity.
  - revert us E. induction (neurons r) as [|[k c] ts IH]; simpl; intros us E.
    + inversion E. reflexivity.
    + destruct (KeyMap.find k p) as [m|] eqn:K; [|discriminate].
      destruct (renamed_terms p ts) as [ws|]; [|discriminate]. inversion E. simpl.
      rewrite (IH ws eq_refl). destruct (S k m K) as [_ ->]. reflexivity. Qed.

Lemma name_anew_spec l ns k m : forall i p, KeyMap.find k (name_anew l i ns p) = Some m ->
  KeyMap.find k p = Some m \/
  exists j r, nth_error ns j = Some (k, r) /\ m = (l, (i + N.of_nat j)%N).
Proof.
  induction ns as [|[k' r'] ns IH]; simpl; intros i p H; auto.
  destruct (IH _ _ H) as [E|(j & r & E & M)].
  - rewrite KeyFacts.add_o in E. destruct (KeyMap.E.eq_dec k' k) as [D|D]; auto.
    change (k' = k) in D. inversion E. subst. right. exists 0%nat, r'. split; auto. f_equal. lia.
  - right. exists (S j), r. split; auto. rewrite M. f_equal. lia. Qed.

Lemma replanted_values layers : forall l vs p rows q, length (x :: vs) = N.to_nat l ->
  solves v (concat layers) -> stands p (x :: vs) -> replanted l layers p = Some (rows, q) ->
  exists vs', run F rows (x :: vs) = x :: vs' /\ stands q (x :: vs').
Proof.
  induction layers as [|ns layers IH]; intros l vs p rows q L Sv S H; cbn [replanted] in H.
  - inversion H. subst. exists vs. auto.
  - destruct (collect _ ns) as [rs|] eqn:C; [|discriminate].
    destruct (replanted (N.succ l) layers (name_anew l 0 ns p)) as [[rest q']|] eqn:E; [|discriminate].
    inversion H. subst rows q'. clear H. apply collect_all in C. simpl in Sv. apply Forall_app in Sv as [Sn Sv].
    cbn [run]. set (here := map _ rs).
    assert (Here : map (fun n : key * row => v (fst n)) ns = here).
    { clear -Sn C S inputs_agree. unfold here. induction C as [|n r ns rs E _ IH]; auto.
      inversion Sn. subst. simpl. rewrite (IH H2). f_equal. rewrite H1. f_equal.
      symmetry. now apply (renamed_row_value p). }
    change ((x :: vs) ++ [here]) with (x :: (vs ++ [here])).
    apply (IH (N.succ l) (vs ++ [here]) _ _ _) in E; auto.
    + simpl in *. rewrite app_length. simpl. lia.
    + intros k m K. apply name_anew_spec in K as [K|(j & r & K & M)].
      * destruct (S k m K) as [A B]. split; [simpl in *; rewrite app_length; simpl; lia|].
        rewrite B. change (x :: vs ++ [here]) with ((x :: vs) ++ [here]). now rewrite reading_app.
      * subst m. rewrite N.add_0_l. cbn [fst]. split; [simpl in *; rewrite app_length; simpl; lia|].
        change (x :: vs ++ [here]) with ((x :: vs) ++ [here]). unfold reading. cbn [fst snd].
        rewrite app_nth2 by lia. rewrite L, Nat.sub_diag. simpl. rewrite <- Here.
        replace (N.to_nat (N.of_nat j)) with j by lia. symmetry. apply nth_error_nth.
        now rewrite nth_error_map, K. Qed.

Theorem replant_values layers results net : solves v (concat layers) ->
  replant layers results = Some net -> outputs net x = map (fun r => row_value r v) results.
Proof.
  unfold replant. intros Sv H. destruct (replanted 1 layers (KeyMap.empty key)) as [[rows p]|] eqn:E; [|discriminate].
  destruct (collect (renamed_row p) results) as [out|] eqn:C; [|discriminate]. inversion H. subst net.
  apply (replanted_values layers 1 []) in E as (vs & R & S); auto.
  - unfold outputs, values_at. cbn [hidden output]. rewrite R. apply collect_all in C.
    clear -C S inputs_agree. induction C as [|r q rs qs E _ IH]; simpl; auto. rewrite IH. f_equal.
    now apply (renamed_row_value p).
  - intros k m K. rewrite KeyFacts.empty_o in K. discriminate. Qed.

End Replanted.

(** ** Values of networks side by side *)

(** The value of a neuron of one of the networks, at an input of each. *)
Fixpoint side_value (d : N) (nets : list placed) (xs : list (list F)) (k : key) : F :=
  match nets, xs with
  | Placed _ _ net :: nets, x :: xs =>
      let d' := (d + size (hidden net))%N in
      if N.leb (fst k) d' then values_at net x (fst k - d, snd k)%N else side_value d' nets xs k
  | _, _ => 0
  end.

(** Each network's inputs are found at its place among all inputs. *)
Definition inputs_placed (nets : list placed) (xs : list (list F)) (v : valuation F) : Prop :=
  Forall2 (fun p x => forall i, (i < input_number p)%N ->
    v (0%N, (first_input p + i)%N) = nth (N.to_nat i) x 0) nets xs.

Definition well_placed (p : placed) : Prop :=
  network_fits (the_network p) = true /\ inputs_below (input_number p) (the_network p) = true.

Lemma moved_row_value o n d net x (v : valuation F) k r : inputs_below n net = true ->
  In r (concat (hidden net) ++ output net) -> row_fits k r = true -> (k <= N.succ (size (hidden net)))%N ->
  (forall i, (i < n)%N -> v (0%N, (o + i)%N) = nth (N.to_nat i) x 0) ->
  (forall l i, (0 < l <= size (hidden net))%N -> v ((l + d)%N, i) = values_at net x (l, i)) ->
  row_value (moved_row o d r) v = row_value r (values_at net x).
Proof.
  intros B I Fit K Hi Hn. unfold inputs_below in B. rewrite forallb_forall in B. specialize (B r I).
  rewrite forallb_forall in B. unfold row_fits in Fit. rewrite forallb_forall in Fit.
  unfold row_value, moved_row. cbn [bias inputs neurons]. f_equal. f_equal.
  - clear Fit. induction (inputs r) as [|[i c] ts IH]; simpl; auto.
    rewrite IH by (intros t T; apply B; now right). f_equal. f_equal. rewrite Hi.
    + symmetry. apply values_input.
    + specialize (B (i, c) (or_introl eq_refl)). now apply N.ltb_lt in B.
  - induction (neurons r) as [|[[l i] c] ts IH]; simpl; auto.
    rewrite IH by (intros t T; apply Fit; now right). f_equal. f_equal. apply Hn.
    specialize (Fit ((l, i), c) (or_introl eq_refl)). simpl in Fit.
    apply andb_true_iff in Fit as [A C]. apply N.ltb_lt in A, C. lia. Qed.

Lemma both_forall {X} (P : X -> Prop) a : forall b, Forall P (concat a) -> Forall P (concat b) ->
  Forall P (concat (both a b)).
Proof. induction a as [|x a IH]; intros [|y b] A B; simpl in *; auto.
  apply Forall_app in A as [A1 A2]. apply Forall_app in B as [B1 B2].
  rewrite !Forall_app. repeat split; auto. Qed.

Lemma moved_layers_concat o d layers : forall l,
  concat (moved_layers o d l layers) = map (moved_neuron o d) (name_layers l layers).
Proof. induction layers as [|rows layers IH]; intro l; simpl; auto. now rewrite map_app, IH. Qed.

Lemma layers_fit_in layers : forall k n, layers_fit k layers = true -> In n (name_layers k layers) ->
  (k <= fst (fst n) < k + N.of_nat (length layers))%N /\ row_fits (fst (fst n)) (snd n) = true /\
  In (snd n) (concat layers).
Proof.
  induction layers as [|rows layers IH]; simpl; intros k n H I; [tauto|].
  apply andb_true_iff in H as [H1 H2]. apply in_app_or in I as [I|I].
  - destruct (name_rows_in _ _ _ _ I) as (j & J & E). rewrite E. cbn [fst].
    rewrite forallb_forall in H1. apply nth_error_In in J. repeat split; try lia; auto.
    apply in_or_app. auto.
  - destruct (IH _ _ H2 I) as (A & B & C). repeat split; auto; try lia. apply in_or_app. auto. Qed.

Lemma side_by_side_values nets : forall d xs (v : valuation F) layers outs,
  Forall well_placed nets -> inputs_placed nets xs v ->
  (forall k, (d < fst k)%N -> v k = side_value d nets xs k) ->
  side_by_side d nets = (layers, outs) ->
  solves v (concat layers) /\
  map (map (fun r => row_value r v)) outs =
    map (fun p => outputs (the_network (fst p)) (snd p)) (combine nets xs).
Proof.
  induction nets as [|[o n net] nets IH]; intros d xs v layers outs W P S H; simpl in H.
  - inversion H. inversion P. subst. split; [constructor|reflexivity].
  - inversion P as [|p0 x ps xs' P1 P2]. subst. inversion W as [|p0 ps [W1 W2] W3]. subst.
    cbn [first_input input_number the_network] in *.
    destruct (side_by_side (d + size (hidden net)) nets) as [ls os] eqn:E. inversion H. clear H.
    assert (Far : forall k, (d + size (hidden net) < fst k)%N -> v k = side_value (d + size (hidden net)) nets xs' k).
    { intros k K. rewrite S by lia. cbn [side_value]. rewrite (proj2 (N.leb_gt _ _)) by lia. reflexivity. }
    destruct (IH _ _ _ _ _ W3 P2 Far E) as [IH1 IH2].
    assert (Near : forall l i, (0 < l <= size (hidden net))%N -> v ((l + d)%N, i) = values_at net x (l, i)).
    { intros l i L. rewrite S by (simpl; lia). cbn [side_value fst snd].
      rewrite (proj2 (N.leb_le _ _)) by lia. do 2 f_equal. lia. }
    pose proof W1 as Fit. unfold network_fits in Fit. apply andb_true_iff in Fit as [Fh Fo].
    split.
    + apply both_forall; auto. rewrite moved_layers_concat. apply Forall_forall. intros m M.
      apply in_map_iff in M as (q & <- & Q). pose proof (values_solve F net x W1) as Sv.
      unfold solves in Sv. rewrite Forall_forall in Sv. specialize (Sv q Q).
      destruct (layers_fit_in _ _ _ Fh Q) as (K1 & K2 & K3). rewrite <- size_length in K1.
      unfold moved_neuron. cbn [fst snd]. rewrite Near, <- surjective_pairing by lia.
      rewrite (moved_row_value o n d net x v (fst (fst q))); auto; try lia; try (apply in_or_app; now left).
    + simpl. rewrite IH2. f_equal. rewrite map_map. unfold outputs. apply map_ext_in. intros r R.
      rewrite forallb_forall in Fo. apply (moved_row_value o n d net x v (N.of_nat (Datatypes.S (length (hidden net)))));
        auto; try (apply in_or_app; now right). rewrite size_length. lia. Qed.

(** A valuation of all: the inputs of all, and the values of each network's neurons. *)
Definition side_valuation (nets : list placed) (xs : list (list F)) (all : list F) : valuation F :=
  fun k => if N.eqb (fst k) 0 then nth (N.to_nat (snd k)) all 0 else side_value 0 nets xs k.

Theorem side_by_side_solved nets xs all layers outs : Forall well_placed nets ->
  inputs_placed nets xs (side_valuation nets xs all) -> side_by_side 0 nets = (layers, outs) ->
  solves (side_valuation nets xs all) (concat layers) /\
  map (map (fun r => row_value r (side_valuation nets xs all))) outs =
    map (fun p => outputs (the_network (fst p)) (snd p)) (combine nets xs).
Proof. intros W P H. eapply side_by_side_values; eauto. intros k K. unfold side_valuation.
  now rewrite (proj2 (N.eqb_neq _ _)) by lia. Qed.

End Soundness.
