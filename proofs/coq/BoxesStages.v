(** * Enclosures stage by stage (format, sections 10.2 and 11, [within] by boxes)

    A network is made ready once for all boxes: its neurons in stages, none of which reads another of its
    stage, with integer rows in the order of the values that the stage reads.  A neuron with a partner p
    is a gap: its value is relu(z_p + z) - relu(z_p). *)

Require Import Lia.
From ExactRev Require Export Enclosure BoxesPacking.

(** A row times its denominator: its weights are those of the stage's sources. *)
Record whole_row := WholeRow { denominator : Z; whole_bias : Z; weights : list Z; weight : Z (* their total *) }.

(** Neurons, the partners of gaps among them, and their rows. *)
Record stage := Stage { sources : list key; named_as : list (key * option key); whole_rows : list whole_row }.

(** ** Making stages ready *)

Definition read_by (r : row) : list (term key) :=
  map (fun t : term N => ((0%N, fst t), snd t)) (inputs r) ++ neurons r.

(** The values that rows read, in ascending order. *)
Definition sources_of (rows : list row) : list key :=
  map fst (KeyMap.elements (fold_left (fun m r =>
    fold_left (fun m (t : term key) => KeyMap.add (fst t) tt m) (read_by r) m) rows (KeyMap.empty unit))).

(** The weights of all sources, those that are not listed 0; the list is in their order. *)
Fixpoint aligned (ks : list key) (ws : list (key * Z)) : option (list Z) :=
  match ks, ws with
  | [], [] => Some []
  | [], _ => None
  | _ :: ks, [] => option_map (cons 0%Z) (aligned ks [])
  | k :: ks, (j, w) :: rest =>
      if key_eqb k j then option_map (cons w) (aligned ks rest) else option_map (cons 0%Z) (aligned ks ws)
  end.

Definition whole (ks : list key) (r : row) : option whole_row :=
  let d := row_denominator 1 r in
  match integer_terms d r, to_integer d (bias r) with
  | Some ws, Some b =>
      match aligned ks ws with
      | Some vs => if Z.ltb 0 d then Some (WholeRow d b vs (total vs)) else None
      | None => None
      end
  | _, _ => None
  end.

Definition stage_of (names : list (key * option key)) (rows : list row) : option stage :=
  let ks := sources_of rows in option_map (Stage ks names) (collect (whole ks) rows).

(** ** Over a box *)

Definition ranges := KeyMap.t (Z * Z).    (* least and largest values of z, times the unit *)

Definition plus_constant (b : Z) (f : Forms.form) : Forms.form :=
  match f with [] => [b] | a :: f => (a + b)%Z :: f end.

(** The forms of the z of a stage, when there are [n] symbols. *)
Definition read_stage (unit : Z) (n : N) (M : enclosures) (st : stage) : option (list rough) :=
  match collect (fun k => KeyMap.find k M) (sources st) with
  | Some ps =>
      let e := fold_right (fun (p : rough) e => Z.max (snd p) e) 0%Z ps in
      let norm := fold_right (fun r s => Z.max (weight r) s) 0%Z (whole_rows st) in
      let count := N.succ n in
      Some (map (fun p : whole_row * Forms.form =>
        let (r, f) := p in
        let d := denominator r in
        (floored d (plus_constant (whole_bias r * unit) f), (raised (e * weight r) d + Z.of_N count)%Z))
        (combine (whole_rows st) (packed_sums count norm (map weights (whole_rows st)) (map fst ps))))
  | None => None
  end.

(** The form of relu(y + z) - relu(y), for y between [l'] and [u'], times the unit. *)
Definition rough_gap (n : N) (p : rough) (l' u' : Z) : rough * N :=
  let l := least_of p in
  let u := largest_of p in
  if Z.leb 0 l' && Z.leb 0 (l' + l) then (p, n)
  else if Z.leb u' 0 && Z.leb (u' + u) 0 then (([0%Z], 0%Z), n)
  else
    let low := Z.min l 0 in
    let high := Z.max u 0 in
    let middle := ((low + high) / 2)%Z in
    ((with_symbol [middle] (N.to_nat (N.succ n)) (high - middle), 0%Z), N.succ n).

(** The values of a stage's neurons. [m] is the number of symbols before the stage, [n] now. *)
Fixpoint take_in (m : N) (names : list (key * option key)) (ps : list rough) (n : N) (M : enclosures) (R : ranges)
  : option (N * enclosures * ranges) :=
  match names, ps with
  | [], [] => Some (n, M, R)
  | (k, partner) :: names, p :: ps =>
      let value :=
        match partner with
        | None => Some (rough_relu m n p)
        | Some y => option_map (fun b => rough_gap n p (fst b) (snd b)) (KeyMap.find y R)
        end in
      match value with
      | Some (q, n') => take_in m names ps n' (KeyMap.add k q M) (KeyMap.add k (least_of p, largest_of p) R)
      | None => None
      end
  | _, _ => None
  end.

Fixpoint pass_through (unit : Z) (sts : list stage) (n : N) (M : enclosures) (R : ranges)
  : option (N * enclosures) :=
  match sts with
  | [] => Some (n, M)
  | st :: sts =>
      match read_stage unit n M st with
      | Some ps =>
          match take_in n (named_as st) ps n M R with
          | Some (n', M', R') => pass_through unit sts n' M' R'
          | None => None
          end
      | None => None
      end
  end.

(** Lower and upper bounds, times 2^s, of the z of the last stage over the box about rows in [m] inputs. *)
Definition stage_bounds (sts : list stage) (last : stage) (m s : N) (rows : list row) : option (list (Z * Z)) :=
  let unit := Z.pow 2 (Z.of_N s) in
  match box unit rows 0 (N.to_nat m) (KeyMap.empty rough) with
  | Some M =>
      match pass_through unit sts m M (KeyMap.empty (Z * Z)) with
      | Some (n, M) => option_map (map (fun p => (least_of p, largest_of p))) (read_stage unit n M last)
      | None => None
      end
  | None => None
  end.

Lemma stage_bounds_length sts last m s rows bs : stage_bounds sts last m s rows = Some bs ->
  length bs = length (whole_rows last).
Proof.
  unfold stage_bounds. destruct (box _ _ _ _ _) as [M|]; [|discriminate].
  destruct (pass_through _ _ _ _ _) as [[n M']|]; [|discriminate]. unfold read_stage.
  destruct (collect (fun k => KeyMap.find k M') (sources last)) as [ps|]; [|discriminate]. intro H. inversion H.
  rewrite !map_length, combine_length. unfold packed_sums. rewrite !map_length. apply Nat.min_id. Qed.

(** ** Soundness *)

Section Soundness.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation Z_ := (@of_Z F).
Local Notation affine := (affine F).

(** A whole row gives the z of a neuron from the values that the stage reads. *)
Definition computes (v : valuation F) (ks : list key) (r : whole_row) (z : F) : Prop :=
  (0 < denominator r)%Z /\ weight r = total (weights r) /\
  Z_ (denominator r) * z = Z_ (whole_bias r) + dot_values (weights r) (map v ks).

Lemma aligned_value (v : valuation F) ks : forall ws vs, aligned ks ws = Some vs -> dot_values vs (map v ks) = key_sum F v ws.
Proof.
  induction ks as [|k ks IH]; intros [|[j w] ws] vs H; cbn [aligned] in H; try discriminate.
  - inversion H. reflexivity.
  - destruct (aligned ks []) as [us|] eqn:A; [|discriminate]. inversion H. cbn [dot_values map].
    rewrite (IH [] us A), of_Z_0. cbn [key_sum]. ring.
  - destruct (key_eqb k j) eqn:E.
    + apply key_eqb_iff in E. subst j. destruct (aligned ks ws) as [us|] eqn:A; [|discriminate].
      inversion H. cbn [dot_values map key_sum]. now rewrite (IH ws us A).
    + destruct (aligned ks ((j, w) :: ws)) as [us|] eqn:A; [|discriminate]. inversion H.
      cbn [dot_values map]. rewrite (IH _ us A), of_Z_0. ring. Qed.

Lemma whole_computes v ks r w : whole ks r = Some w -> computes v ks w (row_value r v).
Proof.
  unfold whole. set (d := row_denominator 1 r). intro H.
  destruct (integer_terms d r) as [ws|] eqn:W; [|discriminate].
  destruct (to_integer d (bias r)) as [b|] eqn:B; [|discriminate].
  destruct (aligned ks ws) as [vs|] eqn:A; [|discriminate]. destruct (Z.ltb_spec 0 d) as [D|D]; [|discriminate].
  inversion H. split; [exact D|]. split; [reflexivity|]. cbn [denominator whole_bias weights].
  rewrite (aligned_value v ks ws vs A). unfold row_value. rewrite (to_integer_value F _ _ _ B).
  assert (T : key_sum F v ws = Z_ d * (sum_terms (map (fun t : term N => ((0%N, fst t), snd t)) (inputs r)) v + sum_terms (neurons r) v)).
  { rewrite <- sum_terms_app. unfold integer_terms in W. apply collect_all in W. now apply integer_terms_value. }
  assert (Ins : sum_terms (map (fun t : term N => ((0%N, fst t), snd t)) (inputs r)) v =
    sum_terms (inputs r) (fun i => v (0%N, i))).
  { clear. induction (inputs r) as [|[i c] ts IH]; simpl; auto. now rewrite IH. }
  rewrite T, Ins. ring. Qed.

(** The values [v] and the [z] are what the stage says. *)
Definition has_value (v z : valuation F) (name : key * option key) : Prop :=
  match snd name with
  | None => v (fst name) = relu (z (fst name))
  | Some p => v (fst name) = relu (z p + z (fst name)) - relu (z p)
  end.

Definition agrees_with (v z : valuation F) (st : stage) : Prop :=
  Forall (has_value v z) (named_as st) /\
  Forall2 (fun (n : key * option key) r => computes v (sources st) r (z (fst n))) (named_as st) (whole_rows st).

Section Unit.
Variable unit : Z.
Hypothesis unit_positive : (0 < unit)%Z.
Local Notation U := (Z_ unit).
Local Notation encloses := (encloses F unit).
Local Notation small := (small F).

Lemma dot_enclosed ts (v : valuation F) e ks ps : (0 <= e)%Z ->
  Forall2 (fun k (p : rough) => encloses ts p (v k) /\ (snd p <= e)%Z) ks ps -> forall ws,
  within (U * dot_values ws (map v ks) - dot_values ws (map (fun f => value f (at_point ts)) (map fst ps)))
    (Z_ (e * total ws)).
Proof.
  intros E0 A. assert (Zero : forall ws : list Z, within (U * 0 - 0) (Z_ (e * total ws))).
  { intro ws. replace (U * 0 - 0) with (0 : F) by ring. apply within_zero, of_Z_nonneg.
    pose proof (total_nonneg ws). nia. }
  induction A as [|k p ks ps [B R] _ IH]; intro ws; [destruct ws; apply Zero|].
  destruct ws as [|w ws]; [apply Zero|]. cbn [dot_values map total fold_right]. fold (total ws). specialize (IH ws).
  replace (Z_ (e * (Z.abs w + total ws))) with (Z_ (e * Z.abs w) + Z_ (e * total ws))
    by (rewrite <- of_Z_add; f_equal; ring).
  set (x := dot_values ws (map v ks)) in *. set (y := dot_values ws (map (fun f => value f (at_point ts)) (map fst ps))) in *.
  replace (U * (Z_ w * v k + x) - (Z_ w * value (fst p) (at_point ts) + y)) with
    (Z_ w * (U * v k - value (fst p) (at_point ts)) + (U * x - y)) by ring.
  apply within_add; auto. apply (within_le F _ (Z_ (Z.abs w) * Z_ (snd p))); [now apply within_integer|].
  rewrite <- of_Z_mul. apply of_Z_le. nia. Qed.

Lemma plus_constant_value b f (ts : list F) : value (plus_constant b f) (at_point ts) = Z_ b + value f (at_point ts).
Proof. destruct f as [|a f]; unfold value; cbn [plus_constant value_from]; change (at_point ts 0%N) with (@one F);
  rewrite ?of_Z_add; ring. Qed.

(** The forms that are read enclose the z, and have an entry for each symbol. *)
Lemma read_stage_value (v : valuation F) ts M st ps (zs : list F) : small ts -> all_enclosed F unit v ts M ->
  Forall2 (fun r z => computes v (sources st) r z) (whole_rows st) zs ->
  read_stage unit (N.of_nat (length ts)) M st = Some ps ->
  Forall2 (fun p z => encloses ts p z /\ (length (fst p) <= S (length ts))%nat /\ (0 <= snd p)%Z) ps zs.
Proof.
  intros Sm A C H. unfold read_stage in H.
  destruct (collect (fun k => KeyMap.find k M) (sources st)) as [qs|] eqn:G; [|discriminate]. inversion H. clear H. subst ps.
  apply collect_all in G. set (e := fold_right _ 0%Z qs). set (norm := fold_right _ 0%Z (whole_rows st)).
  set (n := N.succ (N.of_nat (length ts))).
  assert (E : (0 <= e)%Z /\ Forall (fun q : rough => (snd q <= e)%Z) qs).
  { unfold e. clear. induction qs as [|q qs [I J]]; cbn [fold_right]; [split; [lia|constructor]|].
    split; [lia|]. constructor; [lia|]. eapply Forall_impl; [|exact J]. cbv beta. intros. lia. }
  destruct E as [E0 E].
  assert (Q : Forall2 (fun k (p : rough) => encloses ts p (v k) /\ (snd p <= e)%Z) (sources st) qs).
  { clear -A G E. revert E. generalize e. clear e. intros e E. revert G E. generalize (sources st). intros ks G. induction G as [|k q ks qs K _ IH]; intro E; constructor.
    - destruct (A k q K) as [B _]. split; auto. exact (Forall_inv E).
    - apply IH. exact (Forall_inv_tail E). }
  assert (L : forall f, In f (map fst qs) -> (length f <= N.to_nat n)%nat).
  { intros f I. apply in_map_iff in I as (q & <- & I). replace (N.to_nat n) with (S (length ts)) by (unfold n; lia).
    clear -G A I. induction G as [|k q' ks qs K _ IH]; [destruct I|]. destruct I as [<-|I]; auto. now apply (A k). }
  assert (T : forall ws, In ws (map weights (whole_rows st)) -> (total ws <= norm)%Z).
  { unfold norm. clear -C. induction C as [|r z rs zs (_ & W & _) _ IH]; cbn [map fold_right]; intros ws I; [destruct I|].
    destruct I as [<-|I]; [lia|]. specialize (IH ws I). lia. }
  pose proof (packed_sums_correct n norm _ _ L T) as P. revert P.
  generalize (packed_sums n norm (map weights (whole_rows st)) (map fst qs)). intros gs P.
  clear T norm. revert gs P. induction C as [|r z rs zs (D & W & V) _ IH]; intros gs P; inversion P as [|ws g wss gs' (zeros & Eg & Lg) P']; subst;
    cbn [combine map]; constructor; auto.
  pose proof (of_Z_pos F _ D) as Dp. set (d := denominator r) in *. set (g := form_sum _ _ ++ _) in *.
  set (f := plus_constant (whole_bias r * unit) g) in *.
  assert (Lf : length f = N.to_nat n).
  { unfold f. destruct g as [|a l]; [simpl in Lg; lia|]. exact Lg. }
  assert (Ln : Z.of_nat (length f) = Z.of_N n) by (rewrite Lf; lia).
  assert (Tn : (0 <= total (weights r))%Z) by apply total_nonneg.
  pose proof (raised_le (e * weight r) d D) as Ra.
  assert (Ld : length (floored d f) = S (length ts)) by (unfold floored; rewrite map_length, Lf; unfold n; lia).
  split; [|split; [exact (Nat.eq_le_incl _ _ Ld)|cbn [snd]; nia]].
  unfold Enclosure.encloses. cbn [fst snd].
  assert (Vf : value f (at_point ts) = Z_ (whole_bias r) * U +
    dot_values (weights r) (map (fun f => value f (at_point ts)) (map fst qs))).
  { unfold f. rewrite plus_constant_value. unfold g. rewrite value_zeros, form_sum_value, of_Z_mul. reflexivity. }
  pose proof (dot_enclosed ts v e _ _ E0 Q (weights r)) as B. pose proof (floored_value F d f ts D Sm) as Fl.
  apply (within_cancel F (Z_ d)); auto. apply (within_le F _ (Z_ (e * total (weights r)) + Z_ (d * Z.of_nat (length f)))).
  - replace (Z_ d * (U * z - value (floored d f) (at_point ts))) with
      ((U * dot_values (weights r) (map v (sources st)) - dot_values (weights r) (map (fun f => value f (at_point ts)) (map fst qs)))
       + (value f (at_point ts) - Z_ d * value (floored d f) (at_point ts))).
    + now apply within_add.
    + rewrite Vf. replace (Z_ d * (U * z - value (floored d f) (at_point ts))) with
        (U * (Z_ d * z) - Z_ d * value (floored d f) (at_point ts)) by ring. rewrite V. ring.
  - rewrite <- of_Z_add, <- of_Z_mul. apply of_Z_le. rewrite Ln, <- W. nia. Qed.

(** relu(y + z) - relu(y) is z where both are >= 0, 0 where both are <= 0, and between 0 and z elsewhere. *)
Lemma gap_bounds (a b y z : F) : a <= 0 -> 0 <= b -> a <= z -> z <= b ->
  a <= relu (y + z) - relu y /\ relu (y + z) - relu y <= b.
Proof.
  intros A B L H.
  assert (Y := relu_nonneg F y). assert (W := relu_nonneg F (y + z)).
  assert (M : forall s t : F, relu s <= relu t + relu (s - t)).
  { intros s t. destruct (le_total F 0 s) as [P|P].
    - rewrite (relu_of_nonneg F s P). destruct (le_total F 0 t) as [Q|Q].
      + rewrite (relu_of_nonneg F t Q). destruct (le_total F 0 (s - t)) as [R|R].
        * rewrite (relu_of_nonneg F _ R). replace (t + (s - t)) with s by ring. apply le_refl.
        * rewrite (relu_of_nonpos F _ R). apply le_sub. apply opp_nonneg in R.
          now replace (t + 0 - s) with (- (s - t)) by ring.
      + rewrite (relu_of_nonpos F t Q). apply opp_nonneg in Q.
        assert (R : 0 <= s - t) by (replace (s - t) with (s + - t) by ring; now apply add_nonneg).
        rewrite (relu_of_nonneg F _ R). apply le_sub. now replace (0 + (s - t) - s) with (- t) by ring.
    - rewrite (relu_of_nonpos F s P). apply add_nonneg; apply relu_nonneg. }
  assert (C : forall c t : F, 0 <= c -> t <= c -> relu t <= c).
  { intros c t Cp T. destruct (le_total F 0 t) as [Q|Q]; [now rewrite (relu_of_nonneg F t Q)|now rewrite (relu_of_nonpos F t Q)]. }
  split; apply le_sub.
  - pose proof (M y (y + z)) as N. replace (y - (y + z)) with (- z) in N by ring.
    assert (K : relu (- z) <= - a).
    { apply C; [now apply opp_nonneg|]. apply le_sub. apply le_sub in L. now replace (- a - - z) with (z - a) by ring. }
    apply le_sub in N, K. replace (relu (y + z) - relu y - a) with
      ((relu (y + z) + relu (- z) - relu y) + (- a - relu (- z))) by ring. now apply add_nonneg.
  - pose proof (M (y + z) y) as N. replace (y + z - y) with z in N by ring.
    assert (K : relu z <= b) by now apply C.
    apply le_sub in N, K. replace (b - (relu (y + z) - relu y)) with
      ((relu y + relu z - relu (y + z)) + (b - relu z)) by ring. now apply add_nonneg. Qed.

Lemma rough_gap_value ts p y z l' u' q n' : small ts -> encloses ts p z -> (length (fst p) <= S (length ts))%nat ->
  Z_ l' <= U * y -> U * y <= Z_ u' -> rough_gap (N.of_nat (length ts)) p l' u' = (q, n') ->
  exists more, small (ts ++ more) /\ n' = N.of_nat (length (ts ++ more)) /\
    encloses (ts ++ more) q (relu (y + z) - relu y) /\ (length (fst q) <= S (length (ts ++ more)))%nat.
Proof.
  intros Sm E Lp Y1 Y2 H. pose proof (enclosed_range F unit ts p z Sm E) as [R1 R2].
  pose proof (of_Z_pos F unit unit_positive) as Up. unfold rough_gap in H.
  destruct (Z.leb 0 l' && _) eqn:P.
  - apply andb_true_iff in P as [P1 P2]. apply Z.leb_le in P1, P2. inversion H. subst q n'. exists [].
    rewrite app_nil_r. split; auto. split; auto. split; auto.
    rewrite !relu_of_nonneg; [now replace (y + z - y) with z by ring| |].
    + apply (mul_cancel_nonneg F U); auto. eapply le_trans; [|exact Y1]. now apply of_Z_nonneg.
    + apply (mul_cancel_nonneg F U); auto. apply (le_trans F _ (Z_ (l' + least_of p))); [now apply of_Z_nonneg|].
      rewrite of_Z_add. apply le_sub in Y1, R1. apply le_sub.
      replace (U * (y + z) - (Z_ l' + Z_ (least_of p))) with ((U * y - Z_ l') + (U * z - Z_ (least_of p))) by ring.
      now apply add_nonneg.
  - clear P. destruct (Z.leb u' 0 && _) eqn:P.
    + apply andb_true_iff in P as [P1 P2]. apply Z.leb_le in P1, P2. inversion H. subst q n'. exists [].
      rewrite app_nil_r. split; auto. split; auto. split; [|simpl; lia].
      assert (Neg : forall x, 0 <= - (U * x) -> x <= 0).
      { intros x X. apply le_sub. apply (mul_cancel_nonneg F U); auto. now replace (U * (0 - x)) with (- (U * x)) by ring. }
      rewrite !relu_of_nonpos.
      * unfold Enclosure.encloses, value. cbn [fst snd value_from]. rewrite of_Z_0.
        replace (U * (0 - 0) - (0 * at_point ts 0%N + 0)) with (0 : F) by ring. apply within_zero, le_refl.
      * apply Neg. apply le_sub in Y2. replace (- (U * y)) with ((Z_ u' - U * y) + - Z_ u') by ring.
        apply add_nonneg; auto. rewrite <- of_Z_opp. apply of_Z_nonneg. lia.
      * apply Neg. apply le_sub in Y2, R2. replace (- (U * (y + z))) with
          ((Z_ u' - U * y) + ((Z_ (largest_of p) - U * z) + - (Z_ u' + Z_ (largest_of p)))) by ring.
        apply add_nonneg; auto. apply add_nonneg; auto. rewrite <- of_Z_add, <- of_Z_opp. apply of_Z_nonneg. lia.
    + clear P. set (low := Z.min (least_of p) 0) in *. set (high := Z.max (largest_of p) 0) in *.
      set (middle := ((low + high) / 2)%Z) in *. injection H as <- <-.
      assert (Mid : (2 * middle <= low + high < 2 * middle + 2)%Z).
      { unfold middle. pose proof (Z.div_mod (low + high) 2 ltac:(lia)). pose proof (Z.mod_pos_bound (low + high) 2 ltac:(lia)). lia. }
      assert (Lh : (low <= 0 <= high)%Z) by (unfold low, high; lia).
      set (g := relu (y + z) - relu y).
      assert (G : Z_ low <= U * g /\ U * g <= Z_ high).
      { assert (S : U * g = relu (U * y + U * z) - relu (U * y)).
        { replace (U * y + U * z) with (U * (y + z)) by ring. rewrite !relu_scale by now apply lt_le. unfold g. ring. }
        rewrite S. apply gap_bounds.
        - replace (0 : F) with (Z_ 0) by apply of_Z_0. apply of_Z_le. lia.
        - apply of_Z_nonneg. lia.
        - eapply le_trans; [|exact R1]. apply of_Z_le. unfold low. lia.
        - eapply le_trans; [exact R2|]. apply of_Z_le. unfold high. lia. }
      set (h := (high - middle)%Z). assert (H0 : (0 <= h)%Z) by (unfold h; lia).
      assert (T : exists t, within t 1 /\ U * g - Z_ middle = Z_ h * t).
      { destruct G as [G1 G2].
        assert (B : within (U * g - Z_ middle) (Z_ h)).
        { apply le_sub in G1, G2. split; apply le_sub.
          - unfold h. rewrite of_Z_sub. now replace (Z_ high - Z_ middle - (U * g - Z_ middle)) with (Z_ high - U * g) by ring.
          - unfold h. rewrite of_Z_sub.
            replace (Z_ high - Z_ middle - - (U * g - Z_ middle)) with ((U * g - Z_ low) + (Z_ (high + low - 2 * middle))).
            + apply add_nonneg; auto. apply of_Z_nonneg. lia.
            + rewrite of_Z_sub, of_Z_add, of_Z_mul. change (Z_ 2) with (Z_ (1 + 1)). rewrite of_Z_add, of_Z_1. ring. }
        destruct (Z.eq_dec h 0) as [Hz|Hz].
        - exists 0. split; [apply within_zero, lt_le, one_pos|]. rewrite Hz, of_Z_0 in *. destruct B as [B1 B2].
          replace (0 * 0) with (0 : F) by ring. apply le_antisym; auto. apply le_sub. apply le_sub in B2.
          now replace (U * g - Z_ middle - 0) with (0 - - (U * g - Z_ middle)) by ring.
        - assert (Hp : 0 < Z_ h) by (apply of_Z_pos; lia).
          assert (I : Z_ h * inv (Z_ h) = 1) by (apply inv_law, pos_nonzero; auto).
          exists ((U * g - Z_ middle) * inv (Z_ h)).
          assert (X : Z_ h * ((U * g - Z_ middle) * inv (Z_ h)) = U * g - Z_ middle).
          { replace (Z_ h * ((U * g - Z_ middle) * inv (Z_ h))) with ((U * g - Z_ middle) * (Z_ h * inv (Z_ h))) by ring.
            rewrite I. ring. }
          split; [|now rewrite X]. apply (within_cancel F (Z_ h)); auto. rewrite X. now replace (Z_ h * 1) with (Z_ h) by ring. }
      destruct T as (t & Ts & Tg). exists [t]. split.
      { intros t' I. apply in_app_or in I as [I|[<-|[]]]; auto. }
      split; [rewrite app_length; simpl; lia|]. split.
      * unfold Enclosure.encloses. cbn [fst snd]. fold g. rewrite with_symbol_value. unfold value. cbn [value_from].
        change (at_point (ts ++ [t]) 0%N) with (@one F).
        assert (Vt : at_point (ts ++ [t]) (N.of_nat (N.to_nat (N.succ (N.of_nat (length ts))))) = t).
        { unfold at_point. rewrite (proj2 (N.eqb_neq _ 0)) by lia.
          replace (N.to_nat (N.pred (N.of_nat (N.to_nat (N.succ (N.of_nat (length ts))))))) with (length ts) by lia.
          rewrite app_nth2, Nat.sub_diag by lia. reflexivity. }
        rewrite Vt. fold h. replace (U * g - (Z_ middle * 1 + 0 + Z_ h * t)) with ((U * g - Z_ middle) - Z_ h * t) by ring.
        rewrite Tg, of_Z_0. replace (Z_ h * t - Z_ h * t) with (0 : F) by ring. apply within_zero, le_refl.
      * cbn [fst]. rewrite with_symbol_length, app_length. cbn [length]. lia. Qed.

Definition all_ranges (z : valuation F) (R : ranges) : Prop := forall k b, KeyMap.find k R = Some b ->
  Z_ (fst b) <= U * z k /\ U * z k <= Z_ (snd b).

Lemma take_in_all (v z : valuation F) m ts0 names : small ts0 -> N.to_nat m = length ts0 -> forall ps,
  Forall (has_value v z) names ->
  Forall2 (fun p (n : key * option key) => encloses ts0 p (z (fst n)) /\ (length (fst p) <= S (length ts0))%nat /\ (0 <= snd p)%Z) ps names ->
  forall more M R n' M' R', small (ts0 ++ more) -> all_enclosed F unit v (ts0 ++ more) M -> all_ranges z R ->
  take_in m names ps (N.of_nat (length (ts0 ++ more))) M R = Some (n', M', R') ->
  exists new, small (ts0 ++ new) /\ n' = N.of_nat (length (ts0 ++ new)) /\
    all_enclosed F unit v (ts0 ++ new) M' /\ all_ranges z R'.
Proof.
  intros S0 Lm. induction names as [|[k partner] names IH]; intros ps Hv P more M R n' M' R' Sm A Rg H;
    inversion P as [|p n0 ps' l0 (E & Lp & Ep) P']; subst; cbn [take_in] in H.
  - inversion H. subst. exists more. auto.
  - inversion Hv as [|n1 l1 V Hv']. subst. cbn [fst] in E. unfold has_value in V. cbn [fst snd] in V.
    destruct (match partner with Some _ => _ | None => _ end) as [[q n1]|] eqn:C; [|discriminate].
    assert (E' : encloses (ts0 ++ more) p (z k)) by (unfold Enclosure.encloses in *; now rewrite value_more).
    assert (K : exists new, small ((ts0 ++ more) ++ new) /\ n1 = N.of_nat (length ((ts0 ++ more) ++ new)) /\
      encloses ((ts0 ++ more) ++ new) q (v k) /\ (length (fst q) <= S (length ((ts0 ++ more) ++ new)))%nat).
    { destruct partner as [y|].
      - destruct (KeyMap.find y R) as [[l' u']|] eqn:Y; [|discriminate]. destruct (Rg y _ Y) as [Y1 Y2]. inversion C.
        rewrite V. eapply rough_gap_value; eauto. rewrite app_length. lia.
      - inversion C. rewrite V.
        apply (rough_relu_value F unit unit_positive (ts0 ++ more) m p); auto; rewrite ?app_length; lia. }
    destruct K as (new & Sn & -> & Q & Lq). rewrite <- app_assoc in *.
    apply (IH ps' Hv' P' (more ++ new) (KeyMap.add k q M) (KeyMap.add k (least_of p, largest_of p) R) n' M' R'); auto.
    + intros j x J. rewrite KeyFacts.add_o in J. destruct (KeyMap.E.eq_dec k j) as [D|D].
      * change (k = j) in D. inversion J. subst. auto.
      * pose proof (all_enclosed_more F unit v (ts0 ++ more) new M A) as B. rewrite <- app_assoc in B. now apply B.
    + intros j b J. rewrite KeyFacts.add_o in J. destruct (KeyMap.E.eq_dec k j) as [D|D].
      * change (k = j) in D. inversion J. subst. cbn [fst snd]. now apply (enclosed_range F unit ts0).
      * now apply Rg. Qed.

Lemma pass_through_all (v z : valuation F) sts : Forall (agrees_with v z) sts -> forall ts M R n' M',
  small ts -> all_enclosed F unit v ts M -> all_ranges z R ->
  pass_through unit sts (N.of_nat (length ts)) M R = Some (n', M') ->
  exists new, small new /\ n' = N.of_nat (length new) /\ all_enclosed F unit v new M'.
Proof.
  intro G. induction G as [|st sts [Hv Hr] _ IH]; intros ts M R n' M' Sm A Rg H; cbn [pass_through] in H.
  - inversion H. subst. exists ts. auto.
  - destruct (read_stage _ _ M st) as [ps|] eqn:P; [|discriminate].
    destruct (take_in _ _ ps _ M R) as [[[n1 M1] R1]|] eqn:T; [|discriminate].
    assert (C : Forall2 (fun r x => computes v (sources st) r x) (whole_rows st) (map (fun n : key * option key => z (fst n)) (named_as st))).
    { clear -Hr. induction Hr; simpl; constructor; auto. }
    pose proof (read_stage_value v ts M st ps _ Sm A C P) as Q.
    assert (Q' : Forall2 (fun p (n : key * option key) => encloses ts p (z (fst n)) /\
      (length (fst p) <= S (length ts))%nat /\ (0 <= snd p)%Z) ps (named_as st)).
    { clear -Q. revert Q. generalize (named_as st). revert ps. induction ps as [|p ps IH]; intros [|n l] Q; inversion Q; constructor; auto. }
    destruct (take_in_all v z (N.of_nat (length ts)) ts (named_as st) Sm ltac:(lia) ps Hv Q' [] M R n1 M1 R1) as (new & Sn & N1 & A1 & Rg1);
      rewrite ?app_nil_r; auto.
    subst n1. apply (IH _ _ _ _ _ Sn A1 Rg1 H). Qed.
End Unit.

(** The bounds are bounds. *)
Theorem stage_bounds_sound (v z : valuation F) sts last m s rows (x : list F) (zs : list F) bs :
  (forall i, v (0%N, i) = coordinate F x i) -> (forall r, In r rows -> 0 <= affine r x) ->
  Forall (agrees_with v z) sts -> Forall2 (fun r z => computes v (sources last) r z) (whole_rows last) zs ->
  stage_bounds sts last m s rows = Some bs ->
  let unit := Z_ (Z.pow 2 (Z.of_N s)) in
  Forall2 (fun z b => Z_ (fst b) <= unit * z /\ unit * z <= Z_ (snd b)) zs bs.
Proof.
  intros In P G C H. unfold stage_bounds in H. set (unit := (2 ^ Z.of_N s)%Z) in *.
  assert (Up : (0 < unit)%Z) by (apply Z.pow_pos_nonneg; lia).
  destruct (box unit rows 0 (N.to_nat m) _) as [M|] eqn:B; [|discriminate].
  destruct (pass_through unit sts m M _) as [[n' M']|] eqn:E; [|discriminate].
  destruct (read_stage unit n' M' last) as [ps|] eqn:R; [|discriminate]. inversion H. subst bs. clear H.
  destruct (box_value F unit rows x (N.to_nat m) P _ _ _ B) as (us & L & Us & K).
  assert (A : all_enclosed F unit v us M).
  { intros k p Kf. destruct (K us Us) with (k := k) (p := p) as [D|(i & -> & Li & D & Ln)]; auto.
    - rewrite KeyFacts.empty_o in D. discriminate.
    - rewrite In. split; [exact D|]. rewrite Ln. simpl in Li. lia. }
  replace m with (N.of_nat (length us)) in E by (rewrite L; lia).
  destruct (pass_through_all unit Up v z sts G us M (KeyMap.empty _) n' M' Us A) as (new & Sn & -> & A'); auto.
  { intros k b Kb. rewrite KeyFacts.empty_o in Kb. discriminate. }
  pose proof (read_stage_value unit v new M' last ps zs Sn A' C R) as Q. cbv zeta.
  clear -Q Sn Up. induction Q as [|p z ps zs (E & _) _ IH]; cbn [map]; constructor; auto. cbn [fst snd].
  now apply (enclosed_range F unit new). Qed.

End Soundness.
