(** * Trees on reduced networks (format, section 11)

    A network is reduced, its neurons are put in levels, and its outputs are one more hidden layer,
    so that a tree can speak of them. *)

From ExactRev Require Export Approach Beside.
Require Import Lia.

(** ** Levels *)

Definition level_of (known : KeyMap.t N) (r : row) : N :=
  N.succ (fold_left (fun m (t : term key) => match KeyMap.find (fst t) known with
                                  | Some l => N.max m l
                                  | None => m
                                  end) (neurons r) 0%N).

Fixpoint with_levels (left : list (key * row)) (known : KeyMap.t N) : list (N * (key * row)) :=
  match left with
  | [] => []
  | n :: left => let l := level_of known (snd n) in (l, n) :: with_levels left (KeyMap.add (fst n) l known)
  end.

(** The neurons of each level. *)
Definition levels (left : list (key * row)) : list (list (key * row)) :=
  let ls := with_levels left (KeyMap.empty N) in
  let top := fold_left (fun m p => N.max m (fst p)) ls 0%N in
  map (fun l => map snd (filter (fun p => N.eqb (fst p) (N.of_nat l)) ls)) (seq 1 (N.to_nat top)).

(** The network that is left after the steps, with the same outputs. *)
Definition reduced_network (net : network) (steps : list reduction) : option network :=
  match fold_steps (fun f s => reduce s f) (working_form net) steps with
  | Some f => replant (levels (left f)) (results f)
  | None => None
  end.

(** ** Trees *)

(** The outputs are one more hidden layer. *)
Definition exposed (net : network) : network := Network (hidden net ++ [output net]) [].

(** The root of a tree of depth 0 on a network and its outputs, and the row number of the first output. *)
Definition grow (net : network) (n : N) (drows : list row) (t : norm_text) : option (setting * cell * N) :=
  if network_fits (exposed net) then
    match plant (exposed net) n 0 drows t with
    | Some (_, forms, layers, ctx) =>
        match root_cell ctx forms layers with
        | Some c => Some (ctx, c, (size drows + size (concat (hidden net)))%N)
        | None => None
        end
    | None => None
    end
  else None.

(** The z of a neuron of the current layer, by its row number. *)
Fixpoint open_form (r : N) (l : list (neuron * Forms.form)) : option Forms.form :=
  match l with
  | [] => None
  | (n, f) :: l => if N.eqb (number n) r then Some f else open_form r l
  end.

Section Soundness.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation Z_ := (@of_Z F).

Lemma with_levels_in left : forall known p, In p (with_levels left known) -> In (snd p) left.
Proof. induction left as [|n left IH]; simpl; intros known p I; auto. destruct I as [<-|I]; eauto. Qed.

Lemma solves_levels v left : solves (F := F) v left -> solves v (concat (levels left)).
Proof.
  unfold solves, levels. rewrite !Forall_forall. intros S n I. apply S.
  apply in_concat in I as (l & L & I). apply in_map_iff in L as (k & <- & _).
  apply in_map_iff in I as (p & <- & I). apply filter_In in I as [I _]. now apply with_levels_in in I. Qed.

(** The network that is left has the same outputs. *)
Theorem reduced_network_outputs net steps net' x : network_fits net = true ->
  reduced_network net steps = Some net' -> outputs net' x = outputs (F := F) net x.
Proof.
  unfold reduced_network. intros Fit H. destruct (fold_steps _ _ steps) as [f|] eqn:E; [|discriminate].
  assert (K : keeps_function F (working_form net) f).
  { apply (fold_steps_invariant (fun f s => reduce s f) (keeps_function F (working_form net))
      (fun f s g A B => keeps_function_trans F _ _ _ A (reduce_sound F s f g B)) steps _ _
      (keeps_function_refl F _) E). }
  destruct (K (values_at net x) (values_rectified F net x) (values_solve F net x Fit)) as (w & _ & Sw & Iw & Ew).
  rewrite (replant_values F w x (fun i => eq_trans (Iw i) (values_input F net x i))
    (levels (left f)) (results f) net' (solves_levels w _ Sw) H). exact Ew. Qed.

(** ** The outputs as a layer *)

Lemma run_app a : forall b vs, run F (a ++ b) vs = run F b (run F a vs).
Proof. induction a as [|rows a IH]; intros b vs; simpl; auto. Qed.

Lemma run_length layers : forall vs, length (run F layers vs) = (length layers + length vs)%nat.
Proof. induction layers as [|rows layers IH]; intro vs; simpl; auto.
  rewrite IH, app_length. simpl. lia. Qed.

Lemma name_layers_app a : forall l b, name_layers l (a ++ b) = name_layers l a ++ name_layers (l + N.of_nat (length a)) b.
Proof. induction a as [|rows a IH]; intros l b; simpl; [now rewrite N.add_0_r|].
  rewrite IH, app_assoc. do 2 f_equal. lia. Qed.

Lemma name_layers_concat layers : forall l, map snd (name_layers l layers) = concat layers.
Proof. induction layers as [|rows layers IH]; intro l; simpl; auto.
  now rewrite map_app, IH, name_rows_rows. Qed.

Lemma z_values_rows net x : z_values F net x = map (fun r => z F net r x) (concat (hidden net)).
Proof. unfold z_values, named. rewrite <- (name_layers_concat (hidden net) 1), map_map. reflexivity. Qed.

Lemma output_named net r j : nth_error (output net) j = Some r ->
  In ((1 + N.of_nat (length (hidden net)), N.of_nat j)%N, r) (name_layers 1 (hidden (exposed net))).
Proof.
  intro J. unfold exposed. cbn [hidden]. rewrite name_layers_app. apply in_or_app. right. simpl. rewrite app_nil_r.
  change (N.of_nat j) with (0 + N.of_nat j)%N. generalize 0%N as i. revert j J.
  induction (output net) as [|q rows IH]; intros [|j] J i; simpl in J; try discriminate.
  - inversion J. left. f_equal. f_equal. lia.
  - right. replace (i + N.of_nat (S j))%N with (N.succ i + N.of_nat j)%N by lia. now apply IH. Qed.

Lemma concat_map_length {A B} (f : A -> B) l : length (concat (map (map f) l)) = length (concat l).
Proof. induction l as [|a l IH]; simpl; auto. now rewrite !app_length, map_length, IH. Qed.

Lemma exposed_values net x : network_fits (exposed net) = true ->
  exists zs, z_values F (exposed net) x = zs ++ outputs net x /\ length zs = length (concat (hidden net)).
Proof.
  intro Fit. unfold network_fits in Fit. apply andb_true_iff in Fit as [Fit _].
  exists (map (fun r => z F (exposed net) r x) (concat (hidden net))). rewrite map_length. split; auto.
  rewrite z_values_rows. unfold exposed at 2. cbn [hidden]. rewrite concat_app, map_app. f_equal.
  simpl. rewrite app_nil_r. unfold outputs. apply map_ext_in. intros r I.
  set (k := (1 + N.of_nat (length (hidden net)))%N).
  assert (K : exists i, In ((k, i), r) (name_layers 1 (hidden (exposed net)))).
  { apply In_nth_error in I as [j J]. exists (N.of_nat j). now apply output_named. }
  destruct K as [i K]. destruct (layers_fit_in _ _ _ Fit K) as (_ & Rf & _). cbn [fst snd] in Rf.
  apply (row_value_agree F k); auto; [lia|]. intros a A. unfold values_at, exposed. cbn [hidden].
  rewrite run_app. destruct (run_extends F [output net] (run F (hidden net) [x])) as [more ->].
  apply reading_app. rewrite run_length. simpl. lia. Qed.

(** ** What is known at the root *)

Lemma norm_row_z s forms net k x :
  norm_row F s forms net (size forms + N.of_nat k) x = Z_ s * nth k (z_values F net x) 0.
Proof.
  unfold norm_row. rewrite size_length, z_values_rows.
  replace (N.to_nat (N.of_nat (length forms) + N.of_nat k)) with (length forms + k)%nat by lia.
  rewrite (proj2 (nth_error_None forms _)) by lia.
  replace (length forms + k - length forms)%nat with k by lia.
  destruct (nth_error (concat (hidden net)) k) as [r|] eqn:E.
  - erewrite nth_error_nth; [reflexivity|]. now rewrite nth_error_map, E.
  - rewrite nth_overflow; [ring|]. rewrite map_length. now apply nth_error_None. Qed.

Lemma steady_norm_row s forms net r : steady F (norm_row F s forms net r).
Proof.
  unfold norm_row. destruct (nth_error forms (N.to_nat r)) as [f|].
  - intros x d. destruct (steady_coordinate F 0 [] [value f (along d)]) as (L & L0 & A).
    exists L. split; auto. intros t T. specialize (A t T). rewrite at_moved.
    replace (value f (at_point x) + t * value f (along d) - value f (at_point x))
      with (t * value f (along d)) by ring.
    simpl in A. now replace (t * value f (along d) - 0) with (t * value f (along d)) in A by ring.
  - destruct (nth_error (concat (hidden net)) (N.to_nat r - length forms)) as [q|].
    + apply steady_multiple, steady_z.
    + apply steady_constant. Qed.

(** A tree on a network and its outputs, whose values the tree knows at counterparts: [known]. *)
Record grown (ctx : setting) (c : cell) (drows : list row) (known : list F -> list F) (first : N)
  (net : network) (forms : list Forms.form) : Prop := {
  w_names : exists l, l = N.of_nat (length (hidden net)) /\
    forall x i, (i < length (known x))%nat -> exists r, In ((l, N.of_nat i), r) (named net) /\
    forall u, norm_row F (scale ctx) forms net (first + N.of_nat i) u = Z_ (scale ctx) * z F net r u;
  w_scale : (0 < scale ctx)%Z;
  w_depth : depth ctx = 0%N;
  w_norm : norm_holds F ctx (norm_row F (scale ctx) forms net);
  w_fits : network_fits net = true;
  w_cell : flat F ctx net forms (norm_row F (scale ctx) forms net) c;
  w_all : forall u, in_domain F forms u -> in_cell F net forms c u;
  w_alike : forall x, exists u,
    Forall2 (fun r f => value f (at_point u) = Z_ (scale ctx) * affine F r x) drows forms /\
    forall i, norm_row F (scale ctx) forms net (first + N.of_nat i) u = Z_ (scale ctx) * nth i (known x) 0 }.

Lemma root_cell_walls ctx forms layers c : root_cell ctx forms layers = Some c -> walls c = [].
Proof. unfold root_cell, refresh. simpl. destruct layers; intro H; [now inversion H|].
  destruct (open_layer _ _); [now inversion H|discriminate]. Qed.

Theorem planted_grown net n drows t w forms layers ctx c : network_fits (exposed net) = true ->
  plant (exposed net) n 0 drows t = Some (w, forms, layers, ctx) -> root_cell ctx forms layers = Some c ->
  grown ctx c drows (outputs net) (size drows + size (concat (hidden net))) w forms /\
    length (hidden w) = S (length (hidden net)).
Proof.
  intros Fit P Rc. pose proof (plant_rooted F _ _ _ _ _ _ _ _ _ P) as R.
  destruct (root_good F _ _ _ _ _ _ _ _ R c Rc) as [G D].
  destruct (working_space F _ _ _ _ _ _ _ _ Fit R) as (W & _ & _).
  split; [|rewrite (r_net _ _ _ _ _ _ _ _ _ R), sliced_hidden, map_length; unfold exposed; cbn [hidden];
    rewrite app_length; cbn [length]; lia]. split.
  - exists (N.of_nat (length (hidden w))). split; auto. intros x i Li. unfold outputs in Li. rewrite map_length in Li.
    destruct (nth_error (output net) i) as [r|] eqn:E; [|apply nth_error_None in E; lia].
    set (slice := option_map places (coordinates t)).
    assert (Hw : hidden w = map (map (working_row slice)) (hidden (exposed net))).
    { rewrite (r_net _ _ _ _ _ _ _ _ _ R). apply sliced_hidden. }
    exists (working_row slice r). split.
    + unfold named. rewrite Hw, name_layers_map. apply in_map_iff. exists ((1 + N.of_nat (length (hidden net)), N.of_nat i)%N, r).
      cbn [fst snd]. split.
      * assert (El : (1 + N.of_nat (length (hidden net)))%N =
          N.of_nat (length (map (map (working_row slice)) (hidden (exposed net))))).
        { rewrite map_length. unfold exposed. cbn [hidden]. rewrite app_length. cbn [length]. lia. }
        now rewrite El.
      * now apply output_named.
    + intro u. rewrite (forms_length F _ _ _ _ _ _ _ _ R), !size_length.
      replace (N.of_nat (length forms) + N.of_nat (length (concat (hidden net))) + N.of_nat i)%N
        with (size forms + N.of_nat (length (concat (hidden net)) + i))%N by (rewrite size_length; lia).
      rewrite norm_row_z, z_values_rows. f_equal. apply nth_error_nth. rewrite nth_error_map, Hw.
      unfold exposed. cbn [hidden]. rewrite map_app, concat_app, nth_error_app2.
      * rewrite concat_map_length. replace (length (concat (hidden net)) + i - length (concat (hidden net)))%nat with i by lia.
        simpl. rewrite app_nil_r, nth_error_map, E. reflexivity.
      * rewrite concat_map_length. lia.
  - exact (r_scale _ _ _ _ _ _ _ _ _ R).
  - exact (r_depth _ _ _ _ _ _ _ _ _ R).
  - exact (r_norm _ _ _ _ _ _ _ _ _ R).
  - exact (r_fits _ _ _ _ _ _ _ _ _ R).
  - split; auto. eapply root_cell_walls; eauto.
  - intros u U. split; auto. rewrite D. intros ? ? [].
  - intro x. destruct (W x) as (u & Zs & V). exists u. split; auto. intro i.
    destruct (exposed_values net x Fit) as (zs & E & L).
    rewrite (forms_length F _ _ _ _ _ _ _ _ R), !size_length.
    replace (N.of_nat (length forms) + N.of_nat (length (concat (hidden net))) + N.of_nat i)%N
      with (size forms + N.of_nat (length zs + i))%N by (rewrite size_length; lia).
    rewrite norm_row_z, <- Zs, E, app_nth2 by lia. do 2 f_equal. lia. Qed.

Corollary grow_grown net n drows t ctx c first : grow net n drows t = Some (ctx, c, first) ->
  exists working forms, grown ctx c drows (outputs net) first working forms /\
    length (hidden working) = S (length (hidden net)).
Proof.
  unfold grow. destruct (network_fits (exposed net)) eqn:Fit; [|discriminate].
  destruct (plant _ n 0 drows t) as [[[[w forms] layers] ctx']|] eqn:P; [|discriminate].
  destruct (root_cell ctx' forms layers) as [c'|] eqn:Rc; [|discriminate]. intro H. inversion H. subst ctx' c' first.
  exists w, forms. eapply planted_grown; eauto. Qed.

(** ** Closed domains *)

(** The point is in the closed domain. *)
Definition in_closed (drows : list row) (x : list F) : Prop := forall r, In r drows -> 0 <= affine F r x.

(** The domain has an interior. *)
Definition has_interior (drows : list row) : Prop := exists x : list F, forall r, In r drows -> 0 < affine F r x.

(** A point of the closed domain is approached from the root. *)
Lemma closed_approached ctx c drows known first net forms x : grown ctx c drows known first net forms ->
  in_closed drows x -> has_interior drows ->
  exists u, approached F net forms c u /\
    forall i, norm_row F (scale ctx) forms net (first + N.of_nat i) u = Z_ (scale ctx) * nth i (known x) 0.
Proof.
  intros G X [x0 X0]. destruct (w_alike _ _ _ _ _ _ _ G x) as (u & U & K).
  destruct (w_alike _ _ _ _ _ _ _ G x0) as (u0 & U0 & _). exists u. split; auto.
  pose proof (of_Z_pos F _ (w_scale _ _ _ _ _ _ _ G)) as S.
  exists (moved u0 (opp one) u), 1. split; [apply one_pos|]. intros t T T1.
  apply (w_all _ _ _ _ _ _ _ G). intros f If.
  assert (A : 0 <= value f (at_point u) /\ 0 < value f (at_point u0)).
  { clear -X X0 U U0 If S. revert U0. induction U as [|r g rs gs E _ IH]; intro U0; [destruct If|].
    inversion U0. subst. destruct If as [<-|If].
    - rewrite E, H2. split; [apply mul_nonneg; [now apply lt_le|]|apply mul_pos; auto];
        [apply X|apply X0]; now left.
    - apply IH; auto; intros q Q; [apply X|apply X0]; now right. }
  destruct A as [A B].
  assert (D : value f (along (moved u0 (opp one) u)) = value f (at_point u0) - value f (at_point u)).
  { transitivity (value f (fun k => at_point u0 k + opp one * at_point u k)).
    - apply value_agree. intro k. unfold along, at_point. destruct (N.eqb k 0); [ring|]. apply moved_nth.
    - rewrite value_linear. ring. }
  rewrite at_moved, D.
  replace (value f (at_point u) + t * (value f (at_point u0) - value f (at_point u)))
    with (t * value f (at_point u0) + (1 - t) * value f (at_point u)) by ring.
  apply add_pos_nonneg; [now apply mul_pos|]. apply mul_nonneg; auto. now apply le_sub in T1. Qed.

(** What is done for all cells is done for the closed domain. *)
Lemma grown_covers ctx c drows known first net forms (done : list F -> Prop) :
  grown ctx c drows known first net forms ->
  covers F ctx net forms (norm_row F (scale ctx) forms net) [c] (approached F net forms c) done.
Proof. intro G. split.
  - intros c' [<-|[]]. exact (w_cell _ _ _ _ _ _ _ G).
  - intros u U. left. exists c. split; [now left|auto]. Qed.

Lemma grown_descend ctx c drows known first net forms start done todo s todo' :
  grown ctx c drows known first net forms ->
  covers F ctx net forms (norm_row F (scale ctx) forms net) todo start done ->
  descend ctx todo s = Some todo' ->
  covers F ctx net forms (norm_row F (scale ctx) forms net) todo' start done.
Proof. intros G C D. exact (descend_covers F ctx (w_scale _ _ _ _ _ _ _ G) (w_depth _ _ _ _ _ _ _ G) net
  forms _ (w_norm _ _ _ _ _ _ _ G) (w_fits _ _ _ _ _ _ _ G) _ _ _ _ _ C D). Qed.

(** The form of a neuron of the current layer is its z, scaled. *)
Lemma open_form_value ctx net forms c r f u :
  flat F ctx net forms (norm_row F (scale ctx) forms net) c -> in_cell F net forms c u ->
  open_form r (opened c) = Some f ->
  value f (at_point u) = norm_row F (scale ctx) forms net r u.
Proof.
  intros [G _] U H. assert (K : exists n, In (n, f) (opened c) /\ number n = r).
  { revert H. generalize (opened c) as l. induction l as [|[n g] l IH]; simpl; [discriminate|].
    destruct (N.eqb_spec (number n) r) as [E|E]; intro H.
    - inversion H. subst g. eauto.
    - destruct (IH H) as (m & A & B). eauto. }
  destruct K as (n & I & <-). destruct (g_opened _ _ _ _ _ _ G n f I) as (_ & L & V).
  now rewrite L, V. Qed.

End Soundness.
