(** * Enclosures: bounds of a network's values over a box by affine forms (format, section 10.2)

    Inputs are x_j = middle + t_j half length, with |t_j| <= 1.  A value has two forms in the t_j: one that
    is at most 2^s times the value, and one that is at most 2^s times its opposite (the opposite of the
    format's upper form). *)

Require Import Lia QArith_base.
From ExactRev Require Export Piece.

Definition two_forms := (Forms.form * Forms.form)%type.
Definition enclosures := KeyMap.t two_forms.

(** [f / d] with every entry rounded down, and what makes up for it taken off the constant. *)
Definition floored (m : N) (d : Z) (f : Forms.form) : Forms.form :=
  match f with
  | [] => [(- Z.of_N m)%Z]
  | a :: f => (a / d - Z.of_N (N.max m (size f)))%Z :: map (fun a => a / d)%Z f
  end.

Definition lowest_value (f : Forms.form) : Z := (entry 0 f - total (tl f))%Z.
Definition highest_value (f : Forms.form) : Z := (entry 0 f + total (tl f))%Z.

(** ** Rows *)

(** The sum of integer weight times value, from below; of its opposite, if [flip]. *)
Fixpoint sum_below (flip : bool) (M : enclosures) (ws : list (key * Z)) (f : Forms.form) : option Forms.form :=
  match ws with
  | [] => Some f
  | (k, w) :: ws =>
      match KeyMap.find k M with
      | Some (lo, op) =>
          sum_below flip M ws (add_times (Z.abs w) (if xorb flip (Z.ltb w 0) then op else lo) f)
      | None => None
      end
  end.

Definition integer_terms (d : Z) (r : row) : option (list (key * Z)) :=
  collect (fun t : term key => option_map (pair (fst t)) (to_integer d (snd t)))
    (map (fun t => ((0%N, fst t), snd t)) (inputs r) ++ neurons r).

Definition row_below (m : N) (unit : Z) (flip : bool) (M : enclosures) (r : row) : option Forms.form :=
  let d := row_denominator 1 r in
  match integer_terms d r, to_integer d (bias r) with
  | Some ws, Some b =>
      if Z.ltb 0 d then
        option_map (floored m d) (sum_below flip M ws [((if flip then - b else b) * unit)%Z])
      else None
  | _, _ => None
  end.

(** ** relu *)

Definition slopes : Z := 256.

Definition below_relu (m : N) (lo : Forms.form) (least : Z) : Forms.form :=
  let top := highest_value lo in
  if Z.leb top 0 then [] else floored m slopes (times (slopes * top / (top - least)) lo).

Definition above_relu (m : N) (op : Forms.form) (largest : Z) : Forms.form :=
  let l := (- highest_value op)%Z in
  if Z.leb 0 l then op
  else floored m slopes (times (- (- (slopes * largest) / (largest - l))) (add_times 1 [l] op)).

Definition rectified_forms (m : N) (p : two_forms) : two_forms :=
  let (lo, op) := p in
  let least := lowest_value lo in
  let largest := (- lowest_value op)%Z in
  if Z.leb 0 least then (lo, op)
  else if Z.leb largest 0 then ([], [])
  else (below_relu m lo least, above_relu m op largest).

Fixpoint enclose (m : N) (unit : Z) (ns : list (key * row)) (M : enclosures) : option enclosures :=
  match ns with
  | [] => Some M
  | (k, r) :: ns =>
      match row_below m unit false M r, row_below m unit true M r with
      | Some lo, Some op => enclose m unit ns (KeyMap.add k (rectified_forms m (lo, op)) M)
      | _, _ => None
      end
  end.

(** Upper bounds, times the unit, of the values of rows. *)
Fixpoint highest_of (m : N) (unit : Z) (M : enclosures) (rows : list row) : option (list Z) :=
  match rows with
  | [] => Some []
  | r :: rows =>
      match row_below m unit true M r, highest_of m unit M rows with
      | Some op, Some rest => Some ((- lowest_value op)%Z :: rest)
      | _, _ => None
      end
  end.

(** ** The box about a piece *)

Fixpoint bounds_by (j : N) (rows : list row) (l u : option Q) : option Q * option Q :=
  match rows with
  | [] => (l, u)
  | r :: rows =>
      match inputs r with
      | [(i, c)] =>
          if N.eqb i j && negb (q_is_zero c) then
            let v := q_mul (q_opp (bias r)) (Qinv c) in
            if q_positive c
            then bounds_by j rows (Some match l with Some w => if Qle_bool v w then w else v | None => v end) u
            else bounds_by j rows l (Some match u with Some w => if Qle_bool v w then v else w | None => v end)
          else bounds_by j rows l u
      | _ => bounds_by j rows l u
      end
  end.

(** The two forms of the input [j]. *)
Definition input_forms (m : N) (unit : Z) (j : N) (l u : Q) : option two_forms :=
  let c := Z.lcm (Zpos (Qden l)) (Zpos (Qden u)) in
  match to_integer c l, to_integer c u with
  | Some least, Some largest =>
      if Z.ltb 0 c && Z.leb least largest then
        let form s := ((s * ((largest + least) * unit))%Z :: N.iter j (cons 0%Z) [(s * ((largest - least) * unit))%Z]) in
        Some (floored m (2 * c) (form 1%Z), floored m (2 * c) (form (-1)%Z))
      else None
  | _, _ => None
  end.

Fixpoint box (m : N) (unit : Z) (rows : list row) (j : N) (count : nat) (M : enclosures) : option enclosures :=
  match count with
  | O => Some M
  | S count =>
      match bounds_by j rows None None with
      | (Some l, Some u) =>
          match input_forms m unit j l u with
          | Some p => box m unit rows (N.succ j) count (KeyMap.add (0%N, j) p M)
          | None => None
          end
      | _ => None
      end
  end.

(** Upper bounds, times 2^s, of a network's outputs over the box about rows in [m] inputs. *)
Definition highest_outputs (net : network) (m s : N) (rows : list row) : option (list Z) :=
  let unit := Z.pow 2 (Z.of_N s) in
  match box m unit rows 0 (N.to_nat m) (KeyMap.empty two_forms) with
  | Some M =>
      match enclose m unit (named net) M with
      | Some M => highest_of m unit M (output net)
      | None => None
      end
  | None => None
  end.

(** ** Soundness *)

Section Soundness.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation Z_ := (@of_Z F).
Local Notation Q_ := (@of_Q F).
Local Notation affine := (affine F).

Variable unit : Z.
Hypothesis unit_positive : (0 < unit)%Z.
Local Notation U := (Z_ unit).
Variable m : N.

Section Forms.
Variable y : vector F.
Hypothesis one_first : y 0%N = 1.
Hypothesis small : forall j, (0 < j)%N -> within (y j) 1.

Lemma floored_tail d f : (0 < d)%Z -> forall i, (0 < i)%N ->
  Z_ d * value_from i (map (fun a => a / d)%Z f) y <= value_from i f y + Z_ d * Z_ (Z.of_nat (length f)).
Proof.
  intro D. induction f as [|a f IH]; intros i I.
  - cbn [map value_from length]. change (Z.of_nat 0) with 0%Z. rewrite of_Z_0. apply le_sub. replace (0 + Z_ d * 0 - Z_ d * 0) with (0 : F) by ring. apply le_refl.
  - cbn [map value_from length]. specialize (IH (N.succ i) ltac:(lia)). apply le_sub in IH. apply le_sub.
    set (r := (a mod d)%Z). assert (E : Z_ a = Z_ d * Z_ (a / d) + Z_ r).
    { rewrite <- of_Z_mul, <- of_Z_add. f_equal. unfold r. apply Z.div_mod. lia. }
    assert (R : (0 <= r < d)%Z) by (apply Z.mod_pos_bound; lia).
    destruct (small i I) as [_ S]. apply le_sub in S.
    rewrite Nat2Z.inj_succ, <- Z.add_1_l, of_Z_add, of_Z_1, E.
    replace ((Z_ d * Z_ (a / d) + Z_ r) * y i + value_from (N.succ i) f y + Z_ d * (1 + Z_ (Z.of_nat (length f))) -
        Z_ d * (Z_ (a / d) * y i + value_from (N.succ i) (map (fun a => (a / d)%Z) f) y))
      with ((value_from (N.succ i) f y + Z_ d * Z_ (Z.of_nat (length f)) -
        Z_ d * value_from (N.succ i) (map (fun a => (a / d)%Z) f) y) + (Z_ r * (1 - - y i) + (Z_ d - Z_ r))) by ring.
    apply add_nonneg; auto. apply add_nonneg.
    + apply mul_nonneg; auto. apply of_Z_nonneg. lia.
    + rewrite <- of_Z_sub. apply of_Z_nonneg. lia. Qed.

(** Rounding down gives a form that is nowhere above. *)
Lemma floored_value d f : (0 < d)%Z -> Z_ d * value (floored m d f) y <= value f y.
Proof.
  intro D. pose proof (of_Z_pos F d D) as Dp. destruct f as [|a f]; unfold floored, value; cbn [value_from].
  - rewrite one_first, of_Z_opp. apply le_sub.
    replace (0 - Z_ d * (- Z_ (Z.of_N m) * 1 + 0)) with (Z_ d * Z_ (Z.of_N m)) by ring.
    apply mul_nonneg; [now apply lt_le|]. apply of_Z_nonneg. lia.
  - rewrite one_first. pose proof (floored_tail d f D 1%N ltac:(lia)) as T. apply le_sub in T. apply le_sub.
    change (N.succ 0) with 1%N. set (n := N.max m (size f)). set (r := (a mod d)%Z).
    assert (E : Z_ a = Z_ d * Z_ (a / d) + Z_ r).
    { rewrite <- of_Z_mul, <- of_Z_add. f_equal. unfold r. apply Z.div_mod. lia. }
    assert (R : (0 <= r < d)%Z) by (apply Z.mod_pos_bound; lia).
    assert (L : (Z.of_nat (length f) <= Z.of_N n)%Z) by (unfold n; rewrite size_length; lia).
    rewrite of_Z_sub, E.
    replace ((Z_ d * Z_ (a / d) + Z_ r) * 1 + value_from 1 f y -
        Z_ d * ((Z_ (a / d) - Z_ (Z.of_N n)) * 1 + value_from 1 (map (fun a => (a / d)%Z) f) y))
      with (Z_ r + ((value_from 1 f y + Z_ d * Z_ (Z.of_nat (length f)) -
        Z_ d * value_from 1 (map (fun a => (a / d)%Z) f) y) + Z_ d * (Z_ (Z.of_N n) - Z_ (Z.of_nat (length f))))) by ring.
    apply add_nonneg; [apply of_Z_nonneg; lia|]. apply add_nonneg; auto.
    apply mul_nonneg; [now apply lt_le|]. rewrite <- of_Z_sub. apply of_Z_nonneg. lia. Qed.

Lemma form_range f : Z_ (lowest_value f) <= value f y /\ value f y <= Z_ (highest_value f).
Proof.
  assert (V : value f y = Z_ (entry 0 f) + value_from 1 (tl f) y).
  { destruct f as [|a f]; unfold value; cbn [value_from entry tl].
    - rewrite of_Z_0. ring.
    - rewrite one_first. change (N.succ 0) with 1%N. simpl (N.eqb 0 0). cbv iota. ring. }
  assert (W : within (value_from 1 (tl f) y) (Z_ (total (tl f)) * 1)).
  { apply value_within; [|apply lt_le, one_pos]. intros k K. apply small. lia. }
  destruct W as [W1 W2]. unfold lowest_value, highest_value. rewrite V, of_Z_sub, of_Z_add.
  apply le_sub in W1, W2. split; apply le_sub.
  - now replace (Z_ (entry 0 f) + value_from 1 (tl f) y - (Z_ (entry 0 f) - Z_ (total (tl f))))
      with (Z_ (total (tl f)) * 1 - - value_from 1 (tl f) y) by ring.
  - now replace (Z_ (entry 0 f) + Z_ (total (tl f)) - (Z_ (entry 0 f) + value_from 1 (tl f) y))
      with (Z_ (total (tl f)) * 1 - value_from 1 (tl f) y) by ring. Qed.

(** ** What the forms of a value say *)

Definition encloses (p : two_forms) (v : F) : Prop :=
  value (fst p) y <= U * v /\ value (snd p) y <= - (U * v).

Variable v : valuation F.
Definition all_enclosed (M : enclosures) : Prop := forall k p, KeyMap.find k M = Some p -> encloses p (v k).

Fixpoint key_sum (ws : list (key * Z)) : F :=
  match ws with [] => 0 | (k, w) :: ws => Z_ w * v k + key_sum ws end.

Definition signed (flip : bool) (a : F) : F := if flip then - a else a.

Lemma le_add (a b c d : F) : a <= b -> c <= d -> a + c <= b + d.
Proof. intros H G. apply le_sub in H, G. apply le_sub. replace (b + d - (a + c)) with ((b - a) + (d - c)) by ring.
  now apply add_nonneg. Qed.

Lemma le_multiple (c a b : F) : 0 <= c -> a <= b -> c * a <= c * b.
Proof. intros C H. apply le_sub in H. apply le_sub. replace (c * b - c * a) with (c * (b - a)) by ring.
  now apply mul_nonneg. Qed.

Lemma sum_below_value flip M ws : all_enclosed M -> forall f g, sum_below flip M ws f = Some g ->
  value g y <= value f y + U * signed flip (key_sum ws).
Proof.
  intro A. induction ws as [|[k w] ws IH]; simpl; intros f g H.
  - inversion H. apply le_sub. replace (value g y + U * signed flip 0 - value g y) with (U * signed flip 0) by ring.
    destruct flip; simpl; [replace (U * - 0) with (0 : F) by ring|replace (U * 0) with (0 : F) by ring]; apply le_refl.
  - destruct (KeyMap.find k M) as [[lo op]|] eqn:E; [|discriminate]. specialize (IH _ _ H).
    eapply le_trans; [exact IH|]. rewrite value_add_times. destruct (A k _ E) as [B C]. cbn [fst snd] in B, C.
    set (h := if xorb flip (w <? 0)%Z then op else lo).
    assert (T : Z_ (Z.abs w) * value h y <= U * signed flip (Z_ w * v k)).
    { assert (N : 0 <= Z_ (Z.abs w)) by (apply of_Z_nonneg; lia). unfold h.
      destruct (Z.ltb_spec w 0) as [L|L].
      - rewrite Z.abs_neq by lia. rewrite Z.abs_neq in N by lia. rewrite of_Z_opp in *. destruct flip; simpl.
        + apply (le_multiple (- Z_ w)) in B; auto.
          now replace (U * - (Z_ w * v k)) with (- Z_ w * (U * v k)) by ring.
        + apply (le_multiple (- Z_ w)) in C; auto.
          now replace (U * (Z_ w * v k)) with (- Z_ w * - (U * v k)) by ring.
      - rewrite Z.abs_eq in * by lia. destruct flip; simpl.
        + apply (le_multiple (Z_ w)) in C; auto.
          now replace (U * - (Z_ w * v k)) with (Z_ w * - (U * v k)) by ring.
        + apply (le_multiple (Z_ w)) in B; auto.
          now replace (U * (Z_ w * v k)) with (Z_ w * (U * v k)) by ring. }
    replace (value f y + U * signed flip (Z_ w * v k + key_sum ws)) with
      (U * signed flip (Z_ w * v k) + value f y + U * signed flip (key_sum ws)) by (destruct flip; simpl; ring).
    apply le_add; [|apply le_refl]. apply le_add; [exact T|apply le_refl]. Qed.

Lemma integer_terms_value d (ts : list (term key)) ws :
  Forall2 (fun (t : term key) b => option_map (pair (fst t)) (to_integer d (snd t)) = Some b) ts ws ->
  key_sum ws = Z_ d * sum_terms ts v.
Proof. intro W. induction W as [|[k c] u ts us E _ IH]; cbn [key_sum sum_terms]; [ring|]. simpl in E.
  destruct (to_integer d c) as [i|] eqn:I; [|discriminate]. inversion E. subst u.
  rewrite IH, (to_integer_value F _ _ _ I). ring. Qed.

Lemma row_below_value flip M r f : all_enclosed M -> row_below m unit flip M r = Some f ->
  value f y <= U * signed flip (row_value r v).
Proof.
  intros A H. unfold row_below in H. set (d := row_denominator 1 r) in *.
  destruct (integer_terms d r) as [ws|] eqn:W; [|discriminate].
  destruct (to_integer d (bias r)) as [b|] eqn:B; [|discriminate].
  destruct (Z.ltb_spec 0 d) as [D|D]; [|discriminate].
  destruct (sum_below _ M ws _) as [g|] eqn:S; [|discriminate]. inversion H. subst f.
  pose proof (of_Z_pos F d D) as Dp. apply (sum_below_value _ _ _ A) in S.
  assert (K : Z_ b + key_sum ws = Z_ d * row_value r v).
  { unfold row_value. rewrite (to_integer_value F _ _ _ B).
    assert (T : key_sum ws = Z_ d * (sum_terms (map (fun t : term N => ((0%N, fst t), snd t)) (inputs r)) v + sum_terms (neurons r) v)).
    { rewrite <- sum_terms_app. unfold integer_terms in W. apply collect_all in W.
      now apply integer_terms_value. }
    assert (Ins : sum_terms (map (fun t : term N => ((0%N, fst t), snd t)) (inputs r)) v =
      sum_terms (inputs r) (fun i => v (0%N, i))).
    { clear. induction (inputs r) as [|[i c] ts IH]; simpl; auto. now rewrite IH. }
    rewrite T, Ins. ring. }
  apply le_sub. apply (mul_cancel_nonneg F (Z_ d)); auto.
  pose proof (floored_value d g D) as Fl. apply le_sub in Fl, S.
  assert (C : value [((if flip then - b else b) * unit)%Z] y = U * signed flip (Z_ b)).
  { unfold value. cbn [value_from]. rewrite one_first, of_Z_mul. destruct flip; simpl; rewrite ?of_Z_opp; ring. }
  rewrite C in S.
  replace (Z_ d * (U * signed flip (row_value r v) - value (floored m d g) y)) with
    ((U * signed flip (Z_ b) + U * signed flip (key_sum ws) - value g y) + (value g y - Z_ d * value (floored m d g) y)).
  - now apply add_nonneg.
  - replace (U * signed flip (Z_ b) + U * signed flip (key_sum ws)) with (U * signed flip (Z_ b + key_sum ws))
      by (destruct flip; simpl; ring).
    rewrite K. unfold signed. destruct flip; ring. Qed.

Lemma slopes_positive : 0 < Z_ slopes. Proof. apply of_Z_pos. reflexivity. Qed.
Lemma U_positive : 0 < U. Proof. now apply of_Z_pos. Qed.

Lemma relu_at_least (z : F) : z <= relu z.
Proof. destruct (le_total F 0 z); [rewrite relu_of_nonneg by auto; apply le_refl|].
  rewrite relu_of_nonpos by auto. auto. Qed.

Lemma below_relu_value lo z : value lo y <= U * z -> (lowest_value lo < 0)%Z ->
  value (below_relu m lo (lowest_value lo)) y <= U * relu z.
Proof.
  intros H L. pose proof U_positive as Up. pose proof (relu_nonneg F z) as Rn.
  assert (R0 : 0 <= U * relu z) by (apply mul_nonneg; auto; now apply lt_le).
  unfold below_relu. destruct (Z.leb_spec (highest_value lo) 0) as [T|T].
  { unfold value. simpl. exact R0. }
  set (top := highest_value lo) in *. set (g := (slopes * top / (top - lowest_value lo))%Z).
  assert (G : (0 <= g <= slopes)%Z).
  { unfold g, slopes. split; [apply Z.div_pos; lia|]. apply Z.div_le_upper_bound; lia. }
  pose proof (floored_value slopes (times g lo) ltac:(reflexivity)) as Fl. rewrite value_times in Fl.
  apply le_sub. apply (mul_cancel_nonneg F (Z_ slopes)); [apply slopes_positive|]. apply le_sub in Fl.
  replace (Z_ slopes * (U * relu z - value (floored m slopes (times g lo)) y)) with
    ((Z_ slopes * (U * relu z) - Z_ g * value lo y) + (Z_ g * value lo y - Z_ slopes * value (floored m slopes (times g lo)) y)) by ring.
  apply add_nonneg; auto. assert (Gn : 0 <= Z_ g) by (apply of_Z_nonneg; lia).
  apply -> (le_sub F). destruct (le_total F 0 (value lo y)) as [P|P].
  - apply (le_trans F _ (Z_ slopes * value lo y)).
    + apply le_sub. replace (Z_ slopes * value lo y - Z_ g * value lo y) with (Z_ (slopes - g) * value lo y)
        by (rewrite of_Z_sub; ring). apply mul_nonneg; auto. apply of_Z_nonneg. lia.
    + apply le_multiple; [apply lt_le, slopes_positive|]. eapply le_trans; [exact H|].
      apply le_multiple; [now apply lt_le|apply relu_at_least].
  - apply (le_trans F _ 0).
    + apply opp_nonneg in P. apply le_sub. replace (0 - Z_ g * value lo y) with (Z_ g * - value lo y) by ring.
      now apply mul_nonneg.
    + apply mul_nonneg; auto. apply lt_le, slopes_positive. Qed.

Lemma above_relu_value op z : value op y <= - (U * z) -> (0 < - lowest_value op)%Z ->
  value (above_relu m op (- lowest_value op)) y <= - (U * relu z).
Proof.
  intros H L. pose proof U_positive as Up. destruct (form_range op) as [R1 R2].
  set (V := - value op y). set (largest := (- lowest_value op)%Z) in *.
  assert (V1 : U * z <= V).
  { apply le_sub in H. apply le_sub. now replace (V - U * z) with (- (U * z) - value op y) by (unfold V; ring). }
  assert (V2 : Z_ (- highest_value op) <= V).
  { rewrite of_Z_opp. apply le_sub in R2. apply le_sub.
    now replace (V - - Z_ (highest_value op)) with (Z_ (highest_value op) - value op y) by (unfold V; ring). }
  assert (V3 : V <= Z_ largest).
  { unfold largest. rewrite of_Z_opp. apply le_sub in R1. apply le_sub.
    now replace (- Z_ (lowest_value op) - V) with (value op y - Z_ (lowest_value op)) by (unfold V; ring). }
  unfold above_relu. destruct (Z.leb_spec 0 (- highest_value op)) as [T|T].
  - assert (Goal_ : U * relu z <= V).
    { destruct (le_total F 0 z) as [P|P]; [now rewrite relu_of_nonneg|]. rewrite relu_of_nonpos by auto.
      replace (U * 0) with (0 : F) by ring. eapply le_trans; [|exact V2]. now apply of_Z_nonneg. }
    apply le_sub in Goal_. apply le_sub. now replace (- (U * relu z) - value op y) with (V - U * relu z) by (unfold V; ring).
  - set (l := (- highest_value op)%Z) in *. set (g := (- (- (slopes * largest) / (largest - l)))%Z).
    assert (G : (slopes * largest <= g * (largest - l))%Z /\ (0 <= g)%Z).
    { assert (D : ((largest - l) * (- (slopes * largest) / (largest - l)) <= - (slopes * largest))%Z)
        by (apply Z.mul_div_le; lia).
      unfold g. split; [lia|]. assert (- (slopes * largest) / (largest - l) < 0)%Z; [|lia].
      apply Z.div_lt_upper_bound; unfold slopes; lia. }
    destruct G as [G Gn]. set (f := times g (add_times 1 [l] op)).
    pose proof (floored_value slopes f ltac:(reflexivity)) as Fl. unfold f in Fl at 2.
    rewrite value_times, value_add_times, of_Z_1 in Fl.
    assert (Vl : value [l] y = Z_ l) by (unfold value; cbn [value_from]; rewrite one_first; ring).
    rewrite Vl in Fl. apply le_sub in Fl. apply le_sub.
    apply (mul_cancel_nonneg F (Z_ slopes)); [apply slopes_positive|].
    replace (Z_ slopes * (- (U * relu z) - value (floored m slopes f) y)) with
      ((Z_ g * (1 * Z_ l + value op y) - Z_ slopes * value (floored m slopes f) y) +
       (Z_ g * (V - Z_ l) - Z_ slopes * (U * relu z))) by (unfold V; ring).
    apply add_nonneg; auto. apply -> (le_sub F).
    pose proof (of_Z_nonneg F g Gn) as Gn'. pose proof slopes_positive as Sp.
    destruct (le_total F 0 z) as [P|P].
    + rewrite relu_of_nonneg by auto. apply (le_trans F _ (Z_ slopes * V)); [apply le_multiple; auto; now apply lt_le|].
      assert (Dp : 0 < Z_ (largest - l)) by (apply of_Z_pos; lia).
      apply le_sub. apply (mul_cancel_nonneg F (Z_ (largest - l))); auto.
      apply (of_Z_le F) in G. rewrite !of_Z_mul in G. apply le_sub in G, V2, V3.
      assert (Ln : 0 <= - Z_ l) by (rewrite <- of_Z_opp; apply of_Z_nonneg; lia).
      replace (Z_ (largest - l) * (Z_ g * (V - Z_ l) - Z_ slopes * V)) with
        ((Z_ g * Z_ (largest - l) - Z_ slopes * Z_ largest) * (V - Z_ l) + (Z_ slopes * - Z_ l) * (Z_ largest - V))
        by (rewrite of_Z_sub; ring).
      apply add_nonneg; apply mul_nonneg; auto. apply mul_nonneg; auto. now apply lt_le.
    + rewrite relu_of_nonpos by auto. replace (Z_ slopes * (U * 0)) with (0 : F) by ring.
      apply mul_nonneg; auto. now apply le_sub in V2. Qed.

Lemma rectified_encloses p z : encloses p z -> encloses (rectified_forms m p) (relu z).
Proof.
  destruct p as [lo op]. unfold encloses. cbn [fst snd]. intros [A B]. unfold rectified_forms.
  pose proof U_positive as Up. destruct (form_range lo) as [L1 L2]. destruct (form_range op) as [O1 O2].
  destruct (Z.leb_spec 0 (lowest_value lo)) as [P|P].
  - cbn [fst snd]. rewrite relu_of_nonneg; auto. apply (mul_cancel_nonneg F U); auto.
    eapply le_trans; [|exact A]. eapply le_trans; [|exact L1]. now apply of_Z_nonneg.
  - destruct (Z.leb_spec (- lowest_value op) 0) as [Q|Q].
    + cbn [fst snd]. assert (N : 0 <= - z).
      { apply (mul_cancel_nonneg F U); auto. replace (U * - z) with (- (U * z)) by ring.
        eapply le_trans; [|exact B]. eapply le_trans; [|exact O1]. apply of_Z_nonneg. lia. }
      rewrite relu_of_nonpos.
      * unfold value. simpl. replace (U * 0) with (0 : F) by ring. replace (- 0) with (0 : F) by ring.
        split; apply le_refl.
      * apply le_sub. now replace (0 - z) with (- z) by ring.
    + cbn [fst snd]. split; [now apply below_relu_value|now apply above_relu_value]. Qed.

Lemma enclose_all ns : forall M M', solves v ns -> all_enclosed M -> enclose m unit ns M = Some M' -> all_enclosed M'.
Proof.
  induction ns as [|[k r] ns IH]; simpl; intros M M' Sv A H; [inversion H; now subst|].
  inversion Sv as [|n l E Sv']. subst. cbn [fst snd] in E.
  destruct (row_below m unit false M r) as [lo|] eqn:L; [|discriminate].
  destruct (row_below m unit true M r) as [op|] eqn:O; [|discriminate].
  apply (IH _ _ Sv') in H; auto. intros k' p K. rewrite KeyFacts.add_o in K.
  destruct (KeyMap.E.eq_dec k k') as [D|D]; [|now apply A]. change (k = k') in D. inversion K. subst k' p.
  rewrite E. apply (rectified_encloses (lo, op)). split; cbn [fst snd].
  - now apply (row_below_value false M r lo).
  - replace (- (U * row_value r v)) with (U * signed true (row_value r v)) by (simpl; ring).
    now apply (row_below_value true M r op). Qed.

Lemma highest_of_value M rows : all_enclosed M -> forall hs, highest_of m unit M rows = Some hs ->
  Forall2 (fun r h => U * row_value r v <= Z_ h) rows hs.
Proof.
  intro A. induction rows as [|r rows IH]; simpl; intros hs H; [inversion H; constructor|].
  destruct (row_below m unit true M r) as [op|] eqn:O; [|discriminate].
  destruct (highest_of m unit M rows) as [rest|]; [|discriminate]. inversion H. subst hs. constructor; auto.
  apply (row_below_value true M r op A) in O. simpl in O. destruct (form_range op) as [R _]. rewrite of_Z_opp.
  apply le_sub in O, R. apply le_sub.
  replace (- Z_ (lowest_value op) - U * row_value r v) with
    ((U * - row_value r v - value op y) + (value op y - Z_ (lowest_value op))) by ring. now apply add_nonneg. Qed.

End Forms.

(** ** Boxes *)

Lemma bounds_by_value j rows x : (forall r, In r rows -> 0 <= affine r x) -> forall l u l' u',
  bounds_by j rows l u = (l', u') ->
  (forall w, l = Some w -> Q_ w <= coordinate F x j) -> (forall w, u = Some w -> coordinate F x j <= Q_ w) ->
  (forall w, l' = Some w -> Q_ w <= coordinate F x j) /\ (forall w, u' = Some w -> coordinate F x j <= Q_ w).
Proof.
  induction rows as [|r rows IH]; simpl; intros P l u l' u' H Hl Hu; [inversion H; subst; auto|].
  assert (P' : forall r0, In r0 rows -> 0 <= affine r0 x) by (intros r0 I; apply P; now right).
  specialize (P r (or_introl eq_refl)).
  destruct (inputs r) as [|[i c] [|]] eqn:E; [now apply (IH P' l u)| |now apply (IH P' l u)].
  destruct (N.eqb i j && negb (q_is_zero c)) eqn:C; [|now apply (IH P' l u)].
  apply andb_true_iff in C as [C1 C2]. apply N.eqb_eq in C1. subst i. apply negb_true_iff in C2.
  set (w0 := q_mul (q_opp (bias r)) (Qinv c)) in *.
  assert (Inv := of_Q_inverse F c C2).
  assert (V : Q_ c * (coordinate F x j - Q_ w0) = affine r x).
  { unfold w0, Regions.affine, input_sum. rewrite E, of_Q_mul, of_Q_opp. simpl. unfold coordinate.
    replace (Q_ c * (nth (N.to_nat j) x 0 - - Q_ (bias r) * Q_ (Qinv c))) with
      (Q_ (bias r) * (Q_ c * Q_ (Qinv c)) + Q_ c * nth (N.to_nat j) x 0) by ring. rewrite Inv. ring. }
  destruct (q_positive c) eqn:Pc.
  - assert (B : Q_ w0 <= coordinate F x j).
    { apply le_sub. apply (mul_cancel_nonneg F (Q_ c)); [now apply of_Q_positive|]. now rewrite V. }
    apply (IH P' _ _ _ _ H); auto. intros w Ew. inversion Ew. destruct l as [a|]; auto.
    destruct (Qle_bool w0 a); auto.
  - assert (B : coordinate F x j <= Q_ w0).
    { assert (Nc : 0 < Q_ (q_opp c)).
      { apply of_Q_positive. unfold q_positive, q_is_zero, q_opp in *. simpl. apply Z.ltb_ge in Pc.
        apply Z.eqb_neq in C2. apply Z.ltb_lt. lia. }
      rewrite of_Q_opp in Nc. apply le_sub. apply (mul_cancel_nonneg F (- Q_ c)); auto.
      now replace (- Q_ c * (Q_ w0 - coordinate F x j)) with (Q_ c * (coordinate F x j - Q_ w0)) by ring;
        rewrite V. }
    apply (IH P' _ _ _ _ H); auto. intros w Ew. inversion Ew. destruct u as [a|]; auto.
    destruct (Qle_bool w0 a); auto. Qed.

(** A number between two others, as the middle plus t times half the distance. *)
Lemma scaled_place (c least largest : Z) (x : F) : (0 < c)%Z -> Z_ least <= Z_ c * x -> Z_ c * x <= Z_ largest ->
  exists t, within t 1 /\ Z_ (2 * c) * x = Z_ (largest + least) + Z_ (largest - least) * t.
Proof.
  intros C L H. rewrite of_Z_add, of_Z_sub, of_Z_mul. change 2%Z with (1 + 1)%Z. rewrite of_Z_add, of_Z_1.
  destruct (eq_or_neq F (Z_ largest - Z_ least) 0) as [E|N].
  - exists 0. split; [apply within_zero, lt_le, one_pos|]. assert (X : Z_ c * x = Z_ least).
    { apply le_antisym; auto. replace (Z_ least) with (Z_ largest - (Z_ largest - Z_ least)) by ring. rewrite E.
      now replace (Z_ largest - 0) with (Z_ largest) by ring. }
    replace ((1 + 1) * Z_ c * x) with ((1 + 1) * (Z_ c * x)) by ring. rewrite X.
    replace (Z_ largest) with (Z_ largest - Z_ least + Z_ least) at 1 by ring. rewrite E. ring.
  - set (w := Z_ largest - Z_ least) in *.
    assert (W : 0 < w).
    { apply le_neq_lt; [|now intro D; apply N]. unfold w. apply -> (le_sub F). eapply le_trans; eauto. }
    exists (((1 + 1) * (Z_ c * x) - (Z_ largest + Z_ least)) * inv w).
    assert (I : w * inv w = 1) by now apply inv_law.
    assert (B : forall a : F, 0 <= w - a -> 0 <= 1 - a * inv w).
    { intros a A. apply (mul_cancel_nonneg F w); auto. replace (w * (1 - a * inv w)) with (w - a * (w * inv w)) by ring.
      rewrite I. now replace (w - a * 1) with (w - a) by ring. }
    apply le_sub in L, H. assert (Two : 0 <= (1 + 1 : F)) by (apply add_nonneg; apply lt_le, one_pos). split.
    + split; apply le_sub.
      * apply B. replace (w - ((1 + 1) * (Z_ c * x) - (Z_ largest + Z_ least))) with ((1 + 1) * (Z_ largest - Z_ c * x))
          by (unfold w; ring). now apply mul_nonneg.
      * replace (- (((1 + 1) * (Z_ c * x) - (Z_ largest + Z_ least)) * inv w)) with
          ((- ((1 + 1) * (Z_ c * x) - (Z_ largest + Z_ least))) * inv w) by ring.
        apply B. replace (w - - ((1 + 1) * (Z_ c * x) - (Z_ largest + Z_ least))) with ((1 + 1) * (Z_ c * x - Z_ least))
          by (unfold w; ring). now apply mul_nonneg.
    + replace (w * (((1 + 1) * (Z_ c * x) - (Z_ largest + Z_ least)) * inv w)) with
        (((1 + 1) * (Z_ c * x) - (Z_ largest + Z_ least)) * (w * inv w)) by ring. rewrite I. ring. Qed.

(** The t_j of an input is the number at place [j + 1] of a vector. *)
Lemma input_forms_value j l u p x : input_forms m unit j l u = Some p -> Q_ l <= x -> x <= Q_ u ->
  exists t, within t 1 /\ forall y : vector F, y 0%N = 1 -> (forall i, (0 < i)%N -> within (y i) 1) ->
    y (N.succ j) = t -> encloses y p x.
Proof.
  unfold input_forms. set (c := Z.lcm _ _). intros H L R.
  destruct (to_integer c l) as [least|] eqn:A; [|discriminate].
  destruct (to_integer c u) as [largest|] eqn:B; [|discriminate].
  destruct (_ && _) eqn:C; [|discriminate]. apply andb_true_iff in C as [C _]. apply Z.ltb_lt in C.
  pose proof (of_Z_pos F c C) as Cp. apply (to_integer_value F) in A, B.
  destruct (scaled_place c least largest x C) as (t & T & E).
  { rewrite A. apply le_multiple; auto. now apply lt_le. }
  { rewrite B. apply le_multiple; auto. now apply lt_le. }
  exists t. split; auto. intros y Y0 Ys Yj. inversion H. subst p. clear H.
  set (form := fun s : Z => ((s * ((largest + least) * unit))%Z :: N.iter j (cons 0%Z) [(s * ((largest - least) * unit))%Z])).
  assert (V : forall s, value (form s) y = Z_ (2 * c) * (U * (Z_ s * x))).
  { intro s. unfold form, value. cbn [value_from]. rewrite iter_cons_value. cbn [value_from].
    replace (N.succ 0 + j)%N with (N.succ j) by lia. rewrite Yj, Y0, !of_Z_mul.
    rewrite of_Z_mul in E. replace (Z_ 2 * Z_ c * (U * (Z_ s * x))) with (Z_ s * U * (Z_ 2 * Z_ c * x)) by ring.
    rewrite E. ring. }
  assert (D : (0 < 2 * c)%Z) by lia. pose proof (of_Z_pos F _ D) as Dp.
  assert (K : forall s, value (floored m (2 * c) (form s)) y <= U * (Z_ s * x)).
  { intro s. pose proof (floored_value y Y0 Ys (2 * c) (form s) D) as Fl. rewrite V in Fl. apply le_sub in Fl.
    apply le_sub. apply (mul_cancel_nonneg F (Z_ (2 * c))); auto.
    now replace (Z_ (2 * c) * (U * (Z_ s * x) - value (floored m (2 * c) (form s)) y)) with
      (Z_ (2 * c) * (U * (Z_ s * x)) - Z_ (2 * c) * value (floored m (2 * c) (form s)) y) by ring. }
  split; cbn [fst snd].
  - pose proof (K 1%Z) as K1. rewrite of_Z_1 in K1. now replace (U * x) with (U * (1 * x)) by ring.
  - pose proof (K (-1)%Z) as K1. change (-1)%Z with (- (1))%Z in K1 at 2. rewrite of_Z_opp, of_Z_1 in K1.
    now replace (- (U * x)) with (U * (- (1) * x)) by ring. Qed.

(** There are t_j with which the forms enclose the inputs. *)
Lemma box_value rows x count : (forall r, In r rows -> 0 <= affine r x) -> forall j M M',
  box m unit rows j count M = Some M' ->
  exists ts : list F, length ts = count /\ (forall t, In t ts -> within t 1) /\
    forall y : vector F, y 0%N = 1 -> (forall i, (0 < i)%N -> within (y i) 1) ->
      (forall i, (i < count)%nat -> y (N.succ (j + N.of_nat i)) = nth i ts 0) ->
      forall k p, KeyMap.find k M' = Some p ->
        KeyMap.find k M = Some p \/ exists i, k = (0%N, i) /\ encloses y p (coordinate F x i).
Proof.
  intro P. induction count as [|count IH]; simpl; intros j M M' H.
  - inversion H. exists []. split; auto. split; [intros ? []|]. auto.
  - destruct (bounds_by j rows None None) as [[l|] [u|]] eqn:B; try discriminate.
    destruct (input_forms m unit j l u) as [p|] eqn:I; [|discriminate].
    destruct (bounds_by_value j rows x P None None _ _ B) as [Bl Bu]; try discriminate.
    destruct (input_forms_value j l u p _ I (Bl l eq_refl) (Bu u eq_refl)) as (t & T & E).
    destruct (IH _ _ _ H) as (ts & L & Ts & K). exists (t :: ts). split; [simpl; auto|].
    split; [intros t' [<-|I']; auto|]. intros y Y0 Ys Yt k q Kf.
    destruct (K y Y0 Ys) with (k := k) (p := q) as [A|A]; auto.
    + intros i Li. specialize (Yt (S i) ltac:(lia)). simpl in Yt. rewrite <- Yt. f_equal. lia.
    + rewrite KeyFacts.add_o in A. destruct (KeyMap.E.eq_dec (0%N, j) k) as [D|D]; auto.
      change ((0%N, j) = k) in D. inversion A. subst. right. exists j. split; auto. apply E; auto.
      specialize (Yt 0%nat ltac:(lia)). simpl in Yt. now rewrite N.add_0_r in Yt. Qed.

End Soundness.

(** Upper bounds are upper bounds. *)
Theorem highest_outputs_sound (F : OrderedField) net m s rows (x : list F) hs : network_fits net = true ->
  (forall r, In r rows -> le zero (affine F r x)) -> highest_outputs net m s rows = Some hs ->
  Forall2 (fun o h => le (mul (of_Z (Z.pow 2 (Z.of_N s))) o) (of_Z h)) (outputs net x) hs.
Proof.
  intros Fit P H. unfold highest_outputs in H. set (unit := (2 ^ Z.of_N s)%Z) in *.
  assert (Up : (0 < unit)%Z) by (apply Z.pow_pos_nonneg; lia).
  destruct (box m unit rows 0 (N.to_nat m) _) as [M|] eqn:B; [|discriminate].
  destruct (enclose m unit (named net) M) as [M'|] eqn:E; [|discriminate].
  destruct (box_value F unit m rows x (N.to_nat m) P _ _ _ B) as (ts & L & Ts & K).
  set (y := at_point ts : vector F).
  assert (Y0 : y 0%N = one) by reflexivity.
  assert (Ys : forall i, (0 < i)%N -> within (y i) one).
  { intros i I. unfold y, at_point. rewrite (proj2 (N.eqb_neq i 0)) by lia.
    destruct (Nat.lt_ge_cases (N.to_nat (N.pred i)) (length ts)) as [Li|Li].
    - apply Ts. now apply nth_In.
    - rewrite nth_overflow by auto. apply within_zero, lt_le, one_pos. }
  assert (A : all_enclosed F unit y (values_at net x) M).
  { intros k p Kf. destruct (K y Y0 Ys) with (k := k) (p := p) as [D|(i & -> & D)]; auto.
    - intros i Li. rewrite N.add_0_l. unfold y, at_point. rewrite (proj2 (N.eqb_neq _ 0)) by lia.
      rewrite N.pred_succ. f_equal. lia.
    - rewrite KeyFacts.empty_o in D. discriminate.
    - rewrite values_input. exact D. }
  pose proof (enclose_all F unit Up m y Y0 Ys (values_at net x) _ _ _ (values_solve F net x Fit) A E) as A'.
  pose proof (highest_of_value F unit m y Y0 Ys (values_at net x) M' _ A' hs H) as R.
  unfold outputs. clear -R. induction R; simpl; constructor; auto. Qed.
