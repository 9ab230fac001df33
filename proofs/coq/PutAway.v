(** * Neurons that are decided in a cell are put away (format, section 11)

    In a cell of a tree, the neurons that are decided are put away from the rows of the network that
    the tree is of: one that is on has the value z, any other one 0. *)

From ExactRev Require Export Plane.
Require Import Lia.

(** A neuron is put away, with the value z if it is on, else with the value 0. *)
Definition put_away (f : Steps.form) (d : key * option Forms.form) : Steps.form :=
  let '(k, value) := d in
  match row_of k (left f), value with
  | Some r, Some _ => Steps.remove k (change_readers k (fun c rest => add_multiple rest c r) f)
  | Some _, None => Steps.remove k (change_readers k (fun _ rest => rest) f)
  | None, _ => f
  end.

(** The rows of a network where the decided neurons of a cell are put away, layer by layer. *)
Definition form_in_cell (net : network) (c : cell) : Steps.form :=
  fold_left put_away (KeyMap.elements (acts c)) (working_form net).

(** The network at the points of a slice: its rows read the coordinates only. *)
Definition network_in_slice (slice : option (NumberMap.t N)) (net : network) : network :=
  Network (map (map (working_row slice)) (hidden net)) (map (working_row slice) (output net)).

Definition slice_of (t : root_text) : option (NumberMap.t N) :=
  option_map places (coordinates (its_norm t)).

Section Soundness.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation Z_ := (@of_Z F).

(** ** The rows that are left compute the same where the values are as the cell says *)

Lemma removal_at (v : valuation F) n change f : solves v (left f) ->
  (forall c rest, row_value (change c rest) v = row_value rest v + of_Q c * v n) ->
  solves v (left (Steps.remove n (change_readers n change f))) /\
  result_values F (Steps.remove n (change_readers n change f)) v = result_values F f v.
Proof.
  intros S H. split.
  - apply solves_remove. unfold solves in *. cbn [left change_readers]. apply Forall_map.
    eapply Forall_impl; [|exact S]. intros [k r] E. cbn [fst snd] in *.
    rewrite in_reader_value with (v := v); auto.
  - unfold result_values. cbn [results Steps.remove change_readers]. rewrite map_map.
    apply map_ext. intro r. apply in_reader_value; auto. Qed.

Definition has_value (v : valuation F) (d : key * option Forms.form) : Prop :=
  match snd d with Some _ => 0 < v (fst d) | None => v (fst d) = 0 end.

Lemma put_away_at v f d : solves v (left f) ->
  ((exists r, row_of (fst d) (left f) = Some r) -> has_value v d) ->
  solves v (left (put_away f d)) /\ result_values F (put_away f d) v = result_values F f v.
Proof.
  destruct d as [k value]. intros S H. unfold has_value in H. cbn [fst snd] in H. unfold put_away.
  destruct (row_of k (left f)) as [r|] eqn:E; [|now split].
  specialize (H (ex_intro _ r eq_refl)). destruct value as [g|]; apply removal_at; auto; intros c rest.
  - rewrite add_multiple_value. f_equal. f_equal. rewrite (solves_row_of F v k _ r S E) in *.
    destruct (le_or_lt F 0 (row_value r v)) as [P|P]; [now rewrite relu_of_nonneg|].
    exfalso. rewrite relu_of_nonpos in H by now apply lt_le. exact (lt_irrefl F _ H).
  - rewrite H. ring. Qed.

(** Neurons that are there after a neuron is put away were there before. *)
Lemma row_of_named k l r : row_of k l = Some r -> In k (map fst l).
Proof. induction l as [|[j s] l IH]; simpl; [discriminate|].
  destruct (key_eqb k j) eqn:K; auto. apply key_eqb_iff in K. auto. Qed.

Lemma without_named n k l : In k (map fst (without n l)) -> In k (map fst l).
Proof. rewrite !in_map_iff. intros (p & E & I). apply filter_In in I. exists p. tauto. Qed.

Lemma put_away_named f d k : In k (map fst (left (put_away f d))) -> In k (map fst (left f)).
Proof. destruct d as [j value]. unfold put_away.
  destruct (row_of j (left f)); auto; destruct value; cbn [left Steps.remove change_readers]; intro I;
    apply without_named in I; now rewrite map_map in I. Qed.

Lemma all_put_away v ds : forall f, solves v (left f) ->
  (forall d, In d ds -> In (fst d) (map fst (left f)) -> has_value v d) ->
  solves v (left (fold_left put_away ds f)) /\
  result_values F (fold_left put_away ds f) v = result_values F f v.
Proof.
  induction ds as [|d ds IH]; intros f S H; simpl; [auto|].
  destruct (put_away_at v f d S) as [S' R].
  { intros [r E]. apply H; [now left|]. eapply row_of_named; eauto. }
  destruct (IH (put_away f d) S') as [S2 R2].
  { intros e I N. apply H; [now right|]. eapply put_away_named; eauto. }
  split; auto. congruence. Qed.

(** The form of a cell, where the values of the decided neurons are as the cell says. *)
Lemma form_in_cell_at net c (v : valuation F) : solves v (named net) ->
  (forall d, KeyMap.find (fst d) (acts c) = Some (snd d) -> In (fst d) (map fst (named net)) -> has_value v d) ->
  solves v (left (form_in_cell net c)) /\
  result_values F (form_in_cell net c) v = map (fun r => row_value r v) (output net).
Proof.
  intros S H. apply (all_put_away v (KeyMap.elements (acts c)) (working_form net) S). intros d I. apply H.
  apply KeyMap.find_1, KeyMap.elements_2, SetoidList.InA_alt. exists d. split; auto. now split. Qed.

(** ** Every point of the tree's space is one at which the network has the values that the tree speaks of *)

Definition speaks_of (ctx : setting) (forms : list Forms.form) (first : N) (w net : network) : Prop :=
  forall u, exists v : valuation F, rectified v /\ solves v (named net) /\
    (forall k, In k (map fst (named net)) -> values_at w u k = v k) /\
    forall i r, nth_error (output net) i = Some r ->
      norm_row F (scale ctx) forms w (first + N.of_nat i) u = Z_ (scale ctx) * row_value r v.

Lemma planted_speaks_of net n drows t w forms layers ctx : network_fits (exposed net) = true ->
  plant (exposed net) n 0 drows t = Some (w, forms, layers, ctx) ->
  speaks_of ctx forms (size drows + size (concat (hidden net))) w net.
Proof.
  intros Fit P u. pose proof (plant_rooted F _ _ _ _ _ _ _ _ _ P) as R.
  destruct (working_space F _ _ _ _ _ _ _ _ Fit R) as (_ & W & _). destruct (W u) as (x & Zs & _).
  exists (values_at (exposed net) x). pose proof (values_solve F (exposed net) x Fit) as Sv.
  assert (Nm : named (exposed net) = named net ++ name_layers (1 + N.of_nat (length (hidden net))) [output net])
    by (unfold named, exposed; cbn [hidden]; now rewrite name_layers_app).
  assert (Sn : solves (values_at (exposed net) x) (named net)).
  { unfold solves in *. rewrite Nm in Sv. now apply Forall_app in Sv. }
  split; [apply values_rectified|]. split; auto. split.
  - intros k K. apply in_map_iff in K as ([k' r] & E & K). cbn [fst] in E. subst k'.
    unfold solves in Sn. rewrite Forall_forall in Sn. pose proof (Sn _ K) as V. cbn [fst snd] in V. rewrite V.
    set (slice := option_map places (coordinates t)).
    assert (Hw : named w = map (fun n => (fst n, working_row slice (snd n))) (named (exposed net))).
    { unfold named. rewrite (r_net _ _ _ _ _ _ _ _ _ R), sliced_hidden. apply name_layers_map. }
    unfold z_values in Zs. rewrite Hw, map_map in Zs.
    assert (Ke : In (k, r) (named (exposed net))) by (rewrite Nm; apply in_or_app; now left).
    pose proof (ext_in_map Zs _ Ke) as Z1. cbn [fst snd] in Z1. unfold z in Z1. rewrite Z1.
    pose proof (values_solve F w u (r_fits _ _ _ _ _ _ _ _ _ R)) as Sw. unfold solves in Sw.
    rewrite Hw in Sw. apply Forall_map in Sw. rewrite Forall_forall in Sw. exact (Sw _ Ke).
  - intros i r I. rewrite (forms_length F _ _ _ _ _ _ _ _ R), !size_length.
    replace (N.of_nat (length forms) + N.of_nat (length (concat (hidden net))) + N.of_nat i)%N
      with (size forms + N.of_nat (length (concat (hidden net)) + i))%N by (rewrite size_length; lia).
    rewrite norm_row_z, <- Zs, z_values_rows. f_equal. apply nth_error_nth.
    change (hidden (exposed net)) with (hidden net ++ [output net]). rewrite concat_app, map_app, nth_error_app2; rewrite map_length; [|lia].
    replace (length (concat (hidden net)) + i - length (concat (hidden net)))%nat with i by lia.
    simpl. rewrite app_nil_r, nth_error_map, I. reflexivity. Qed.

(** In the slice the rows of the network compute the values that the tree speaks of. *)
Definition computes_in_slice (ctx : setting) (forms : list Forms.form) (first : N) (w net : network) : Prop :=
  forall u, solves (values_at w u) (named net) /\
    forall i r, nth_error (output net) i = Some r ->
      norm_row F (scale ctx) forms w (first + N.of_nat i) u = Z_ (scale ctx) * row_value r (values_at w u).

Lemma planted_computes_in_slice net n drows t w forms layers ctx :
  plant (exposed net) n 0 drows t = Some (w, forms, layers, ctx) ->
  computes_in_slice ctx forms (size drows + size (concat (hidden net))) w
    (network_in_slice (option_map places (coordinates t)) net).
Proof.
  intros P u. pose proof (plant_rooted F _ _ _ _ _ _ _ _ _ P) as R.
  set (slice := option_map places (coordinates t)).
  assert (Hw : hidden w = map (map (working_row slice)) (hidden net) ++ [map (working_row slice) (output net)]).
  { rewrite (r_net _ _ _ _ _ _ _ _ _ R), sliced_hidden. unfold exposed. cbn [hidden]. now rewrite map_app. }
  cbn [network_in_slice hidden output]. split.
  - pose proof (values_solve F w u (r_fits _ _ _ _ _ _ _ _ _ R)) as S. unfold solves, named in *.
    rewrite Hw, name_layers_app in S. now apply Forall_app in S.
  - intros i r I. rewrite (forms_length F _ _ _ _ _ _ _ _ R), !size_length.
    replace (N.of_nat (length forms) + N.of_nat (length (concat (hidden net))) + N.of_nat i)%N
      with (size forms + N.of_nat (length (concat (hidden net)) + i))%N by (rewrite size_length; lia).
    rewrite norm_row_z, z_values_rows. f_equal. apply nth_error_nth.
    rewrite nth_error_map, Hw, concat_app, nth_error_app2; rewrite concat_map_length; [|lia].
    replace (length (concat (hidden net)) + i - length (concat (hidden net)))%nat with i by lia.
    cbn [concat]. now rewrite app_nil_r, I. Qed.

(** As [ground_approached], and the tree speaks of the network that is left. *)
Theorem ground_spoken_of n net p steps t left ctx c first : network_fits net = true ->
  grow_on n net p steps t = Some (left, (ctx, c, first)) ->
  exists w forms drows, grown F ctx c drows (outputs left) first w forms /\
    speaks_of ctx forms first w left /\
    computes_in_slice ctx forms first w (network_in_slice (slice_of t) left) /\
    forall x, spoken_of F (domain_rows t) p x ->
      (exists y, outputs left y = outputs net x) /\
      exists u, approached F w forms c u /\ forall i, norm_row F (scale ctx) forms w (first + N.of_nat i) u =
        Z_ (scale ctx) * nth i (outputs net x) 0.
Proof.
  unfold grow_on. intros Fit H. destruct (on_ground _ _ _ _) as [[[k drows] net']|] eqn:G; [|discriminate].
  destruct (reduced_network net' steps) as [left'|] eqn:L; [|discriminate].
  destruct (N.eqb _ 0); [|discriminate]. destruct (grow left' k drows _) as [g|] eqn:Gr; [|discriminate].
  inversion H. subst left' g. clear H. unfold grow in Gr.
  destruct (network_fits (exposed left)) eqn:Fe; [|discriminate].
  destruct (plant _ k 0 drows _) as [[[[w forms] layers] ctx']|] eqn:P; [|discriminate].
  destruct (root_cell ctx' forms layers) as [c'|] eqn:Rc; [|discriminate]. inversion Gr. subst ctx' c' first.
  destruct (planted_grown F _ _ _ _ _ _ _ _ _ Fe P Rc) as [W _].
  exists w, forms, drows. split; auto. split; [eapply planted_speaks_of; eauto|].
  split; [eapply planted_computes_in_slice; eauto|]. intros x X.
  destruct (on_ground_sound F n net _ p k drows net' Fit G x X) as (Fn & I & y & Y & Out).
  assert (O : outputs left y = outputs net x)
    by now rewrite (reduced_network_outputs F net' steps left y Fn L).
  split; [now exists y|]. destruct (closed_approached F ctx c drows (outputs left) _ w forms y W Y I) as (u & A & K).
  exists u. split; auto. intro i. now rewrite K, O. Qed.

End Soundness.
