(** * The bend of a boundary at an earlier neuron's boundary

    Two patterns that differ at one neuron j give every later neuron i two affine pieces. They differ
    by the total weight of the paths from j to i times the piece of j; if i is in the layer after j,
    by the weight from j to i alone. Near a point where z_j = 0 and no other sum below i is 0, z_i is
    one affine function plus this weight times relu(z_j). So, crossing the boundary of j, the
    gradient of z_i changes by weight times gradient of z_j. Recovery rests on this. *)

From ExactRev Require Export TheoryPieces.
Require Import Lia.

Section Bend.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).

Variable net : network.
Hypothesis fits : network_fits net = true.

(** ** Weights and paths *)

(** The coefficient of neuron [j] in a row. *)
Definition weight (r : row) (j : key) : F :=
  sum_terms (neurons r) (fun k => if key_eqb k j then 1 else 0).

(** The sum, over all paths from neuron [j] to the row [r] through neurons that are on, of the
    product of the weights along the path: a path comes to [r] from j itself, or from a neuron that
    is on and to which a path leads. [n] bounds the number of neurons on a path. *)
Fixpoint paths (s : pattern) (j : key) (n : nat) (r : row) : F :=
  match n with
  | O => 0
  | S n => sum_terms (neurons r) (fun k =>
      if key_eqb k j then 1
      else if s k then match neuron_row net k with Some r' => paths s j n r' | None => 0 end
      else 0)
  end.

Definition total_weight (s : pattern) (j : key) (r : row) : F :=
  paths s j (S (length (hidden net))) r.

Lemma sum_terms_zero {name} (ts : list (term name)) (v : name -> F) :
  (forall t, In t ts -> v (fst t) = 0) -> sum_terms ts v = 0.
Proof. intro H. rewrite (sum_terms_agree F ts v (fun _ => 0)) by exact H. clear H.
  induction ts as [|[k c] ts IH]; simpl; auto. rewrite IH. ring. Qed.

Lemma sum_terms_difference {name} (ts : list (term name)) (v w u : name -> F) c :
  (forall t, In t ts -> w (fst t) - v (fst t) = u (fst t) * c) ->
  sum_terms ts w - sum_terms ts v = sum_terms ts u * c.
Proof. induction ts as [|[k a] ts IH]; simpl; intro H; [ring|].
  assert (E : w k - v k = u k * c) by (apply (H (k, a)); now left).
  assert (IH' := IH (fun t T => H t (or_intror T))).
  replace (of_Q a * w k + sum_terms ts w - (of_Q a * v k + sum_terms ts v))
    with (of_Q a * (w k - v k) + (sum_terms ts w - sum_terms ts v)) by ring.
  rewrite E, IH'. ring. Qed.

(** No path leads from j to its own layer or below. *)
Lemma no_paths s j n : forall r, row_fits (fst j) r = true -> paths s j n r = 0.
Proof. induction n as [|n IH]; intros r Fit; simpl; auto. apply sum_terms_zero. intros t T.
  pose proof (row_fits_term _ _ _ Fit T) as [A B]. destruct (key_eqb (fst t) j) eqn:E.
  - apply key_eqb_iff in E. rewrite <- E in B. lia.
  - destruct (s (fst t)); auto. destruct (neuron_row net (fst t)) as [r'|] eqn:R; auto.
    apply IH. destruct (neuron_row_fits _ _ _ fits R) as [C _]. revert C. unfold row_fits.
    rewrite !forallb_forall. intros C u U. specialize (C u U).
    rewrite andb_true_iff, !N.ltb_lt in *. lia. Qed.

(** To the next layer there is no path but the weight itself. *)
Lemma total_weight_adjacent s j r : row_fits (N.succ (fst j)) r = true ->
  total_weight s j r = weight r j.
Proof. intro Fit. unfold total_weight, weight. cbn [paths]. apply sum_terms_agree. intros t T.
  destruct (key_eqb (fst t) j); auto. destruct (s (fst t)); auto.
  destruct (neuron_row net (fst t)) as [r'|] eqn:R; auto. apply no_paths.
  destruct (neuron_row_fits _ _ _ fits R) as [C _]. pose proof (row_fits_term _ _ _ Fit T) as [_ B].
  revert C. unfold row_fits. rewrite !forallb_forall. intros C u U. specialize (C u U).
  rewrite andb_true_iff, !N.ltb_lt in *. lia. Qed.

(** ** Two patterns that differ at j *)

(** [s] with neuron [j] on. *)
Definition switched_on (s : pattern) (j : key) : pattern := fun k => if key_eqb k j then true else s k.

Section Switch.
Variables (s : pattern) (j : key) (rj : row).
Hypothesis off : s j = false.
Hypothesis is_j : neuron_row net j = Some rj.
Let s' := switched_on s j.

Lemma difference_of_values (x : list F) n : forall k, (0 < fst k)%N -> k <> j ->
  (forall r, neuron_row net k = Some r ->
    piece net s' r x - piece net s r x = paths s j n r * piece net s' rj x) ->
  piece_values net s' x k - piece_values net s x k =
    (if s k then match neuron_row net k
      with Some r' => paths s j n r' | None => 0 end else 0) * piece net s' rj x.
Proof.
  intros k K D H. destruct (neuron_row net k) as [r|] eqn:R.
  - unfold piece_values. rewrite !(values_by_neuron F _ net x k r fits R).
    fold (piece_values net s' x) (piece_values net s x). fold (piece net s' r x) (piece net s r x).
    replace (s' k) with (s k).
    + destruct (s k); [rewrite <- H by auto|]; ring.
    + unfold s', switched_on. now rewrite (proj2 (key_eqb_false k j) D).
  - unfold piece_values. rewrite !values_by_none by (auto; lia). destruct (s k); ring. Qed.

Lemma difference_of_pieces (x : list F) n : forall l r, row_fits l r = true ->
  (N.to_nat l <= S n)%nat ->
  piece net s' r x - piece net s r x = paths s j n r * piece net s' rj x.
Proof.
  induction n as [|n IH]; intros l r Fit L.
  - simpl. replace (0 * piece net s' rj x) with (0 : F) by ring.
    enough (E : piece net s' r x = piece net s r x) by (rewrite E; ring).
    unfold piece, row_value. f_equal. f_equal.
    + apply sum_terms_agree. intros t _. unfold piece_values. now rewrite !values_by_input.
    + assert (E : neurons r = []); [|now rewrite E].
      destruct (neurons r) as [|t ts] eqn:E; auto. exfalso.
      assert (T : In t (neurons r)) by (rewrite E; now left).
      pose proof (row_fits_term _ _ _ Fit T). lia.
  - cbn [paths]. rewrite <- (sum_terms_difference (neurons r) (piece_values net s x) (piece_values net
    s' x)).
    + unfold piece, row_value.
      rewrite (sum_terms_agree F (inputs r) (fun i => piece_values net s' x (0%N, i))
        (fun i => piece_values net s x (0%N, i))); [ring|].
      intros t _. unfold piece_values. now rewrite !values_by_input.
    + intros t T. pose proof (row_fits_term _ _ _ Fit T) as [A B]. destruct (key_eqb (fst t) j) eqn:E.
      * apply key_eqb_iff in E. rewrite E. unfold piece_values.
        rewrite !(values_by_neuron F _ net x j rj fits is_j). fold (piece_values net s' x).
        fold (piece net s' rj x). rewrite off. unfold s' at 1, switched_on.
        rewrite (proj2 (key_eqb_iff j j) eq_refl). ring.
      * apply key_eqb_false in E. apply difference_of_values; auto. intros r' R.
        destruct (neuron_row_fits _ _ _ fits R) as [C _]. apply (IH (fst (fst t))); auto. lia. Qed.

(** Neuron j itself has the same piece in both patterns. *)
Lemma same_piece_of_j (x : list F) : piece net s' rj x = piece net s rj x.
Proof. destruct (neuron_row_fits _ _ _ fits is_j) as [C _].
  pose proof (difference_of_pieces x (N.to_nat (fst j)) (fst j) rj C ltac:(lia)) as D.
  rewrite (no_paths s j _ rj C) in D.
  replace (piece net s' rj x) with (piece net s' rj x - piece net s rj x + piece net s rj x) by ring.
  rewrite D. ring. Qed.

(** The bend, for pieces: the pieces of a row for the two patterns differ by the total weight from j
    to it times the piece of j. *)
Theorem bend l r (x : list F) : row_fits l r = true -> (N.to_nat l <= S (length (hidden net)))%nat ->
  piece net s' r x - piece net s r x = total_weight s j r * piece net s rj x.
Proof. intros Fit L. rewrite <- same_piece_of_j. apply (difference_of_pieces x _ l); auto. Qed.

(** In the layer after j the total weight is the weight. *)
Theorem bend_adjacent r (x : list F) : row_fits (N.succ (fst j)) r = true ->
  (N.to_nat (fst j) <= length (hidden net))%nat ->
  piece net s' r x - piece net s r x = weight r j * piece net s rj x.
Proof. intros Fit L. rewrite <- (total_weight_adjacent s j r Fit). apply (bend (N.succ (fst j))); auto.
  lia. Qed.

(** So the gradient changes by weight times gradient. *)
Theorem bend_of_gradient l r k : row_fits l r = true -> (N.to_nat l <= S (length (hidden net)))%nat ->
  gradient (piece net s' r) k - gradient (piece net s r) k =
  total_weight s j r * gradient (piece net s rj) k.
Proof. intros Fit L. unfold gradient.
  pose proof (bend l r (unit_point k) Fit L) as A. pose proof (bend l r [] Fit L) as B.
  replace (total_weight s j r * (piece net s rj (unit_point k) - piece net s rj []))
    with (total_weight s j r * piece net s rj (unit_point k) - total_weight s j r * piece net s rj [])
      by ring.
  rewrite <- A, <- B. ring. Qed.

End Switch.

(** ** The network near a point on the boundary of j alone *)

Section Local.
Variables (l : N) (i j : row) (name_j : key) (x : list F).
Hypothesis i_reads_below : row_fits l i = true.
Hypothesis layers : (0 < l)%N /\ (N.to_nat l <= S (length (hidden net)))%nat.
Hypothesis is_j : neuron_row net name_j = Some j.
Hypothesis j_below : (fst name_j < l)%N.
Hypothesis on_j : sum_at net j x = 0.
Hypothesis on_no_other : forall k r, neuron_row net k = Some r -> (fst k < l)%N -> k <> name_j ->
  sum_at net r x <> 0.
Let s := pattern_at net x.
Let s' := switched_on s name_j.

Lemma j_off : s name_j = false.
Proof. unfold s, pattern_at. rewrite is_j, on_j. destruct (le_dec 0 0) as [H|H]; auto.
  elim H. apply le_refl. Qed.

Lemma both_right_here : right_below net l s (fun r => sum_at net r x) /\
  right_below net l s' (fun r => sum_at net r x).
Proof. split; [apply pattern_at_right|]. intros k r R K. unfold s', switched_on.
  destruct (key_eqb k name_j) eqn:E; [|exact (pattern_at_right F net l x k r R K)].
  apply key_eqb_iff in E. subst k. rewrite is_j in R. inversion R. subst r. rewrite on_j.
    apply le_refl. Qed.

(** A pattern that is right at [x] is right near it for all neurons but j. *)
Lemma others_right_near p : right_below net l p (fun r => sum_at net r x) ->
  nearby x (fun y => forall n, In n (named net) -> neuron_row net (fst n) = Some (snd n) ->
    (fst (fst n) < l)%N -> fst n <> name_j ->
    if p (fst n) then 0 <= piece net p (snd n) y else piece net p (snd n) y <= 0).
Proof.
  intro Right. apply nearby_all. intros [k r] _. cbn [fst snd].
  destruct (neuron_row net k) as [r'|] eqn:R; [|apply nearby_always; discriminate].
  destruct (N.ltb_spec (fst k) l) as [K|K]; [|apply nearby_always; lia].
  destruct (key_eqb k name_j) eqn:E; [apply key_eqb_iff in E; apply nearby_always; tauto|].
  apply key_eqb_false in E. destruct (neuron_row_fits _ _ _ fits R) as [Fit L].
  destruct (piece_affine F net fits p (fst k) r' Fit L) as [h H].
  assert (V : value h x = sum_at net r' x).
  { rewrite <- H. apply (piece_right F net fits (fst k)); auto. intros m q M1 M2. apply (Right m q M1).
    lia. }
  assert (N := on_no_other k r' R K E). specialize (Right k r' R K). cbv beta in Right.
    rewrite <- V in N, Right.
  destruct (p k).
  - assert (P : 0 < value h x) by (apply le_neq_lt; auto). apply positive_nearby in P. revert P.
    apply nearby_weaken. intros y Y Q _ _. inversion Q. subst. rewrite H. now apply lt_le.
  - assert (P : value h x < 0) by now apply le_neq_lt. apply negative_nearby in P. revert P.
    apply nearby_weaken. intros y Y Q _ _. inversion Q. subst. rewrite H. now apply lt_le. Qed.

(** Near [x], z_i is the affine piece of one side plus the total weight times relu(z_j). *)
Theorem bend_near : nearby x (fun y =>
  sum_at net i y = piece net s i y + total_weight s name_j i * relu (piece net s j y)).
Proof.
  destruct both_right_here as [R1 R2].
  pose proof (nearby_and F _ _ _ (others_right_near s R1) (others_right_near s' R2)) as Near.
  revert Near. apply nearby_weaken. intros y [N1 N2].
  assert (Here : forall k r, neuron_row net k = Some r -> In (k, r) (named net)) by (intros;
    now apply neuron_row_some).
  destruct layers as [L0 L1].
  pose proof (bend s name_j j j_off is_j l i y i_reads_below L1) as B. fold s' in B.
  pose proof (same_piece_of_j s name_j j j_off is_j y) as J. fold s' in J.
  destruct (le_total F 0 (piece net s j y)) as [P|P].
  - rewrite relu_of_nonneg by auto.
    rewrite <- B, <- (piece_right_itself F net fits l s' y i); auto; [ring|].
    intros k r R K. destruct (key_eqb k name_j) eqn:E.
    + apply key_eqb_iff in E. subst k. rewrite is_j in R. inversion R. subst r.
      unfold s' at 1, switched_on. rewrite (proj2 (key_eqb_iff _ _) eq_refl). now rewrite J.
    + apply key_eqb_false in E. apply (N2 (k, r)); auto.
  - rewrite relu_of_nonpos by auto. rewrite <- (piece_right_itself F net fits l s y i); auto; [ring|].
    intros k r R K. destruct (key_eqb k name_j) eqn:E.
    + apply key_eqb_iff in E. subst k. rewrite is_j in R. inversion R. subst r. now rewrite j_off.
    + apply key_eqb_false in E. apply (N1 (k, r)); auto. Qed.

(** If i is in the layer after j, the total weight is the weight. *)
Corollary bend_near_adjacent : l = N.succ (fst name_j) -> nearby x (fun y =>
  sum_at net i y = piece net s i y + weight i name_j * relu (piece net s j y)).
Proof. intro Next. rewrite <- (total_weight_adjacent s name_j i); [exact bend_near|].
  now rewrite <- Next. Qed.

(** So z_i bends at [x], unless the weights of all paths cancel or z_j is constant there. *)
Theorem boundary_bends : total_weight s name_j i <> 0 ->
  (exists k, gradient (piece net s j) k <> (0 : F)) -> ~ affine_near (sum_at net i) x.
Proof.
  intros W [k G]. destruct layers as [L0 L1]. destruct (neuron_row_fits _ _ _ fits is_j) as [Fj Lj].
  destruct (piece_affine F net fits s l i i_reads_below L0) as [g Hg].
  destruct (piece_affine F net fits s (fst name_j) j Fj Lj) as [h Hh].
  apply (relu_bends F _ g (total_weight s name_j i) h x); auto.
  - pose proof bend_near as Near. revert Near. apply nearby_weaken. intros y Y. now rewrite Y, Hg, Hh.
  - rewrite <- Hh, <- on_j. apply (piece_right F net fits (fst name_j)); auto.
    apply pattern_at_right.
  - exists k. rewrite <- gradient_affine. unfold gradient in *. now rewrite <- !Hh. Qed.

End Local.

(** Away from the boundaries of earlier neurons z_i does not bend. *)
Theorem straight_elsewhere l i (x : list F) : row_fits l i = true ->
  (0 < l)%N /\ (N.to_nat l <= S (length (hidden net)))%nat ->
  (forall k r, neuron_row net k = Some r -> (fst k < l)%N -> sum_at net r x <> 0) ->
  affine_near (sum_at net i) x.
Proof.
  intros Fit Ls Off. pose proof Ls as [L _]. set (p := pattern_at net x).
  destruct (piece_affine F net fits p l i Fit L) as [h H]. exists h.
  pose proof (others_right_near l (0%N, 0%N) x Ls L (fun k r R K _ => Off k r R K) p
    (pattern_at_right F net l x)) as Near.
  revert Near. apply nearby_weaken. intros y N. rewrite <- H. symmetry.
  apply (piece_right_itself F net fits l); auto. intros k r R K.
  apply (N (k, r)); auto using neuron_row_some. cbn [fst]. intros ->.
  destruct (neuron_row_fits _ _ _ fits R) as [_ P]. simpl in P. lia.
Qed.
End Bend.

Arguments weight {F} _ _. Arguments total_weight {F} _ _ _ _.
