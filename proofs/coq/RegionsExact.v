(** * The claim [regions], exactly: activation regions of the whole input space

    Points of the slice and the inputs that they stand for have the same pieces, so that settled points
    correspond.  So the faces of codimension 0 in the slice are as many as the regions that meet the
    interior of the domain. *)

From ExactRev Require Export ActivationRegions.
Require Import Lia.

Section Exact.
Variable F : OrderedField.
Local Open Scope field_scope.
Local Notation nearby := (@TheoryAffine.nearby F).

(** ** Counterparts *)

Section Counterparts.
Variables (slice : option (NumberMap.t N)) (whole : network).
Hypothesis whole_fits : network_fits whole = true.
Let net := sliced_network slice whole.
Hypothesis fits : network_fits net = true.
Local Notation alike := (agree F slice (concat (hidden whole))).

Lemma sliced_named : named net = map (fun n => (fst n, working_row slice (snd n))) (named whole).
Proof. unfold named, net. now rewrite sliced_hidden, name_layers_map. Qed.

Lemma sliced_neuron k : TheoryPieces.neuron_row net k =
  option_map (working_row slice) (TheoryPieces.neuron_row whole k).
Proof. unfold TheoryPieces.neuron_row. rewrite sliced_named. induction (named whole) as [|[k' r] ns IH]; simpl; auto.
  destruct (key_eqb k' k); auto. Qed.

Lemma alike_sum x u (v w : valuation F) r : alike x u -> In r (concat (hidden whole)) ->
  (forall i, v (0%N, i) = nth (N.to_nat i) u 0) -> (forall i, w (0%N, i) = nth (N.to_nat i) x 0) ->
  (forall t, In t (neurons r) -> v (fst t) = w (fst t)) ->
  row_value (working_row slice r) v = row_value r w.
Proof.
  intros A I V W N. unfold row_value. destruct (working_row_parts slice r) as [-> ->]. f_equal. f_equal.
  - rewrite (sum_terms_agree F _ (fun i => v (0%N, i)) (fun i => nth (N.to_nat i) u 0)) by (intros; apply V).
    rewrite (sum_terms_agree F _ (fun i => w (0%N, i)) (fun i => nth (N.to_nat i) x 0)) by (intros; apply W).
    symmetry. exact (A r I).
  - apply sum_terms_agree. exact N. Qed.

Lemma alike_pieces x u s : alike x u -> forall k, fst k <> 0%N ->
  TheoryPieces.piece_values net s u k = TheoryPieces.piece_values whole s x k.
Proof.
  intro A. apply (TheoryPieces.values_induction whole (fun k => fst k <> 0%N ->
    TheoryPieces.piece_values net s u k = TheoryPieces.piece_values whole s x k)).
  - intros i N. now elim N.
  - intros k K R _. assert (R' : TheoryPieces.neuron_row net k = None) by (rewrite sliced_neuron, R; auto).
    unfold TheoryPieces.piece_values. now rewrite !TheoryPieces.values_by_none.
  - intros k r R IH K. assert (R' : TheoryPieces.neuron_row net k = Some (working_row slice r))
      by (rewrite sliced_neuron, R; auto).
    unfold TheoryPieces.piece_values.
    rewrite (TheoryPieces.values_by_neuron F _ net u k _ fits R'),
      (TheoryPieces.values_by_neuron F _ whole x k r whole_fits R). cbv beta. destruct (s k); auto.
    apply (alike_sum x u _ _ r A).
    + apply TheoryPieces.neuron_row_some in R. now apply name_layers_rows in R.
    + intro i. apply TheoryPieces.values_by_input.
    + intro i. apply TheoryPieces.values_by_input.
    + intros t T. destruct (TheoryPieces.neuron_row_fits whole k r whole_fits R) as [Fit _].
      pose proof (TheoryPieces.row_fits_term _ _ _ Fit T). apply IH; lia. Qed.

Lemma alike_piece x u s k r : alike x u -> In (k, r) (named whole) ->
  TheoryPieces.piece net s (working_row slice r) u = TheoryPieces.piece whole s r x.
Proof.
  intros A I. apply (alike_sum x u _ _ r A).
  - now apply name_layers_rows in I.
  - intro i. apply TheoryPieces.values_by_input.
  - intro i. apply TheoryPieces.values_by_input.
  - intros t T. destruct (TheoryPieces.neuron_row_fits whole k r whole_fits (named_row whole k r I)) as [Fit _].
    pose proof (TheoryPieces.row_fits_term _ _ _ Fit T). apply alike_pieces; auto. lia. Qed.

Lemma alike_z x u k r : alike x u -> In (k, r) (named whole) ->
  z F whole r x = z F net (working_row slice r) u.
Proof.
  intros A I. pose proof (agree_values F slice whole x u whole_fits A) as E. fold net in E.
  unfold z_values in E. rewrite sliced_named, map_map in E. exact (ext_in_map E (k, r) I). Qed.

Lemma alike_patterns x u x' u' : alike x u -> alike x' u' ->
  (same_pattern F whole x x' <-> same_pattern F net u u').
Proof.
  intros A A'. unfold same_pattern. rewrite sliced_named. split.
  - intros H k r' I. apply in_map_iff in I as ([k0 r] & E & I). inversion E. subst. cbn [fst snd] in *.
    rewrite <- (alike_z x u k r A I), <- (alike_z x' u' k r A' I). eauto.
  - intros H k r I. rewrite (alike_z x u k r A I), (alike_z x' u' k r A' I). apply (H k).
    apply in_map_iff. exists (k, r). auto. Qed.

Lemma alike_pattern_at x u : alike x u -> forall k,
  TheoryPieces.pattern_at whole x k = TheoryPieces.pattern_at net u k.
Proof.
  intros A k. unfold TheoryPieces.pattern_at. rewrite sliced_neuron.
  destruct (TheoryPieces.neuron_row whole k) as [r|] eqn:R; simpl; auto.
  pose proof (alike_z x u k r A (TheoryPieces.neuron_row_some _ _ _ R)) as E.
  unfold Cell.z in E. unfold TheoryPieces.sum_at. now rewrite E. Qed.

Hypothesis all_inputs : forall x, exists u, alike x u.
Hypothesis all_points : forall u, exists x, alike x u.

Lemma alike_settled x u : alike x u -> (settled F whole x <-> settled F net u).
Proof.
  intro A. unfold settled. rewrite sliced_named. split.
  - intros S k r' I Z y. apply in_map_iff in I as ([k0 r] & E & I). inversion E. subst. cbn [fst snd] in *.
    destruct (all_points y) as (x' & A').
    rewrite (piece_same F net fits _ _ _ y (fun k => eq_sym (alike_pattern_at x u A k))).
    rewrite (alike_piece x' y _ k r A' I). apply (S k r I). now rewrite (alike_z x u k r A I).
  - intros S k r I Z y. destruct (all_inputs y) as (u' & A').
    rewrite (piece_same F whole whole_fits _ _ _ y (alike_pattern_at x u A)).
    rewrite <- (alike_piece y u' _ k r A' I). apply (S k); [|now rewrite <- (alike_z x u k r A I)].
    apply in_map_iff. exists (k, r). auto. Qed.

End Counterparts.

(** ** The count *)

(** A list of all activation regions that meet the set [inside], by an input there of each. *)
Definition all_regions (net : network) (inside : list F -> Prop) (xs : list (list F)) : Prop :=
  (forall x, In x xs -> inside x /\ in_region F net x) /\
  ForallOrdPairs (fun x y => ~ same_pattern F net x y) xs /\
  forall x, inside x -> in_region F net x -> exists y, In y xs /\ same_pattern F net y x.

Lemma pairs_of_counterparts {A B} (P : A -> B -> Prop) (R : A -> A -> Prop) (S : B -> B -> Prop) l m :
  (forall a b a' b', P a b -> P a' b' -> S b b' -> R a a') -> Forall2 P l m ->
  ForallOrdPairs (fun a a' => ~ R a a') l -> ForallOrdPairs (fun b b' => ~ S b b') m.
Proof. intros H M. induction M as [|a b l m Pab M IH]; intro D; [constructor|]. inversion D. subst.
  constructor; auto. apply Forall_forall. intros b' Ib Sb. apply In_nth_error in Ib as [n N].
  destruct (forall2_nth_back _ _ _ M n b' N) as (a' & Na & Pa). apply nth_error_In in Na.
  rewrite Forall_forall in H2. apply (H2 a' Na). eauto. Qed.

Lemma interior_nearby drows (x : list F) : (forall r, In r drows -> 0 < affine F r x) ->
  nearby x (fun y => forall r, In r drows -> 0 < affine F r y).
Proof.
  intro H. apply TheoryAffine.nearby_all. intros r I.
  apply (sign_persists F x (fun y => affine F r y) Plus); [|discriminate|now apply H].
  unfold affine. apply (continuous_sum F x (fun _ => of_Q (bias r))); [apply continuous_constant|].
  unfold input_sum. apply (continuous_terms F x (inputs r) (fun y i => nth (N.to_nat i) y 0)).
  intros k _. apply continuous_coordinate. Qed.

(** The working network at the root of a tree. *)
Section Rooted.
Variables (d : N) (drows : list row) (t : norm_text) (whole net : network)
  (forms : list Forms.form) (layers : list (list neuron)) (ctx : setting).
Hypothesis whole_fits : network_fits whole = true.
Hypothesis root : rooted F d drows t whole net forms layers ctx.
Local Notation slice := (option_map places (coordinates t)).
Local Notation here := (agree F slice (concat (hidden whole))).
Local Notation stands := (agree F slice (drows ++ concat (hidden whole))).
Definition inside (x : list F) : Prop := forall r, In r drows -> 0 < affine F r x.

Lemma all_stand : (forall x, exists u, stands x u) /\ forall u, exists x, stands x u.
Proof.
  destruct (coordinates t) as [js|] eqn:C; simpl; split; intro x.
  - exact (spanned F js _ _ x (r_spanned _ _ _ _ _ _ _ _ _ root js C)).
  - destruct (embedded F js x) as (y & Y). exists y. intros r _. apply Y.
  - exists x. intros r _. reflexivity.
  - exists x. intros r _. reflexivity. Qed.

Lemma stands_here x u : stands x u -> here x u.
Proof. intros A r I. apply A, in_or_app. auto. Qed.

Lemma stands_inside x u : stands x u -> (inside x <-> in_domain F forms u).
Proof.
  intro A. apply (counterparts_interior F (scale ctx) drows whole net);
    [exact (r_scale _ _ _ _ _ _ _ _ _ root)|]. split.
  - rewrite (r_net _ _ _ _ _ _ _ _ _ root). apply agree_values; auto. now apply stands_here.
  - eapply agree_forms; [exact (r_forms _ _ _ _ _ _ _ _ _ root)|]. intros r I. apply A, in_or_app. auto. Qed.

Lemma stands_settled x u : stands x u -> (settled F whole x <-> settled F net u).
Proof.
  intro A. pose proof (r_fits _ _ _ _ _ _ _ _ _ root) as Nf. rewrite (r_net _ _ _ _ _ _ _ _ _ root) in Nf |- *.
  apply alike_settled; auto; [| |now apply stands_here].
  - intro y. destruct (proj1 all_stand y) as [u' U]. exists u'. now apply stands_here.
  - intro u'. destruct (proj2 all_stand u') as [y Y]. exists y. now apply stands_here. Qed.

Lemma stands_patterns x u x' u' : stands x u -> stands x' u' ->
  (same_pattern F whole x x' <-> same_pattern F net u u').
Proof. intros A A'. rewrite (r_net _ _ _ _ _ _ _ _ _ root).
  apply alike_patterns; auto; now apply stands_here. Qed.

(** Different faces of codimension 0 show as many different regions. *)
Theorem faces_give_regions ps :
  (forall p, In p ps -> in_domain F forms p /\ codimension F net forms 0 p) ->
  ForallOrdPairs (fun p q => ~ same_signs F net p q) ps ->
  exists xs, Forall2 (fun p x => stands x p) ps xs /\
    (forall x, In x xs -> inside x /\ in_region F whole x) /\
    ForallOrdPairs (fun x y => ~ same_pattern F whole x y) xs.
Proof.
  intros Pr Di. pose proof (r_fits _ _ _ _ _ _ _ _ _ root) as Nf.
  destruct (choose_points (fun p x => (in_domain F forms p /\ codimension F net forms 0 p) /\ stands x p) ps)
    as (xs & M).
  { intros p I. destruct (proj2 all_stand p) as [x X]. exists x. auto. }
  assert (Settled : forall p, in_domain F forms p /\ codimension F net forms 0 p -> settled F net p).
  { intros p [D C]. now apply (codimension_settled F net Nf forms). }
  exists xs. split; [|split].
  - clear -M. induction M as [|p x l m [_ A] _ IH]; constructor; auto.
  - intros x I. apply In_nth_error in I as [n I]. destruct (forall2_nth_back _ _ _ M n x I) as (p & _ & P & A).
    split; [apply (stands_inside x p A), P|]. apply settled_in_region; auto.
    apply (stands_settled x p A). now apply Settled.
  - apply (pairs_of_counterparts _ (same_signs F net) _ ps xs) with (2 := M); auto.
    intros p x p' x' [P A] [P' A'] S.
    apply (settled_one F net Nf); [now apply Settled|now apply Settled|].
    now apply (stands_patterns x p x' p' A A'). Qed.

(** Each region that meets the domain shows a face of codimension 0. *)
Theorem regions_have_faces x : inside x -> in_region F whole x -> exists w u, stands w u /\
  in_domain F forms u /\ codimension F net forms 0 u /\ same_pattern F whole x w.
Proof.
  intros D Rg. pose proof (r_fits _ _ _ _ _ _ _ _ _ root) as Nf.
  destruct (settled_point F whole whole_fits x _ Rg (interior_nearby drows x D)) as (w & Dw & Sp & Sw).
  destruct (proj1 all_stand w) as (u & U). exists w, u. split; auto. split; [now apply (stands_inside w u U)|].
  split; auto. apply (settled_codimension F net Nf forms). now apply (stands_settled w u U). Qed.

Lemma some_regions ns k : faces_counted F net forms ctx ns k -> exists xs,
  nth_error ns 0 = Some (N.of_nat (length xs)) /\ (forall x, In x xs -> inside x /\ in_region F whole x) /\
  ForallOrdPairs (fun x y => ~ same_pattern F whole x y) xs.
Proof.
  intros (found & Fa & Di & _ & Ns & _).
  destruct (faces_give_regions (map snd (filter (fun f => N.eqb (fst f) 0) found))) as (xs & M & A & B).
  - intros p P. apply in_map_iff in P as (f & <- & P). apply filter_In in P as [P E]. apply N.eqb_eq in E.
    rewrite <- E. auto.
  - apply mapped_pairs, filtered_pairs, Di.
  - exists xs. split; auto. rewrite <- (forall2_length _ _ _ M), map_length. exact (Ns 0%N (N.le_0_l _)). Qed.

Theorem counted_regions ns : faces_counted F net forms ctx ns 0 ->
  exists xs, nth_error ns 0 = Some (N.of_nat (length xs)) /\ all_regions whole inside xs.
Proof.
  intro Co. destruct (counted_exactly F ctx net forms ns Co 0 (N.le_0_l _)) as (ps & Ns & Pr & Di & All).
  destruct (faces_give_regions ps Pr Di) as (xs & M & A & B). exists xs.
  split; [now rewrite <- (forall2_length _ _ _ M)|]. split; [exact A|]. split; [exact B|].
  intros x D Rg. destruct (regions_have_faces x D Rg) as (w & u & U & Du & Cu & Sp).
  destruct (All u Du Cu) as (p & Ip & Same).
  apply In_nth_error in Ip as [n Ip]. destruct (forall2_nth _ _ _ M n p Ip) as (y & Y & P).
  exists y. split; [now apply nth_error_In in Y|]. apply (same_pattern_trans F whole y w x).
  - apply (stands_patterns y p w u P U). now apply same_signs_pattern.
  - now apply same_pattern_sym. Qed.

End Rooted.

Lemma inside_interior t x : inside (map domain_row (domain_rows t)) x <-> interior F t x.
Proof. symmetry. apply interior_rows. Qed.

(** An accepted certificate [regions]: its first number is that of the activation regions that meet the
    interior of the domain, or if leaves were left open, there are so many at least. *)
Theorem regions_exact a t steps st :
  match regions_start a t with
  | Some st0 => fold_steps regions_take st0 steps
  | None => None
  end = Some st -> regions_finish st = true ->
  exists whole ns xs, read_network a = Some whole /\ counted st = Some ns /\
    nth_error ns 0 = Some (N.of_nat (length xs)) /\
    (forall x, In x xs -> interior F t x /\ in_region F whole x) /\
    ForallOrdPairs (fun x y => ~ same_pattern F whole x y) xs /\
    (skipped (the_tree st) = 0%N -> all_regions whole (interior F t) xs).
Proof.
  intros H Fin. unfold regions_start in H. destruct (read_network a) as [whole|] eqn:W; [|discriminate].
  destruct (begin_tree _ _ t) as [[[[net forms] layers] ctx]|] eqn:B; [|discriminate].
  destruct (root_cell ctx forms layers) as [c|] eqn:Rc; [|discriminate].
  unfold begin_tree in B. destruct (_ && _) eqn:Wf; [|discriminate].
  pose proof (plant_rooted F _ _ _ _ _ _ _ _ _ B) as R. pose proof (read_network_fits _ _ W) as Fit.
  pose proof (fold_steps_invariant regions_take (regions_invariant F net forms ctx)
    (fun st s st' => regions_take_invariant F _ _ _ _ _ _ _ _ R st s st') steps _ _
    (start_invariant F _ _ _ _ _ _ _ _ R c _ _ Rc) H) as (_ & _ & Ct).
  unfold regions_finish in Fin. destruct (counted st) as [ns|] eqn:E; [|discriminate].
  destruct (N.eq_dec (skipped (the_tree st)) 0) as [Sk|Sk].
  - rewrite Sk in Ct. destruct (counted_regions _ _ _ _ _ _ _ _ Fit R ns Ct) as (xs & Ns & All).
    assert (All' : all_regions whole (interior F t) xs).
    { destruct All as (A1 & A2 & A3). split; [|split; auto].
      - intros x I. destruct (A1 x I) as [D Rg]. split; auto. now apply inside_interior.
      - intros x D. apply A3. now apply inside_interior. }
    exists whole, ns, xs. repeat (split; [auto; fail|]). destruct All' as (A1 & A2 & A3).
    split; [exact A1|]. split; [exact A2|]. intros _. split; auto.
  - destruct (some_regions _ _ _ _ _ _ _ _ Fit R ns _ Ct) as (xs & Ns & A1 & A2).
    exists whole, ns, xs. repeat (split; [auto; fail|]). split; [|split; [exact A2|contradiction]].
    intros x I. destruct (A1 x I) as [D Rg]. split; auto. now apply inside_interior. Qed.

End Exact.

Arguments all_regions {F} _ _ _.
