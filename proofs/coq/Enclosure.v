(** * Enclosures: bounds of a network's values over a box by forms in common symbols (format, section 10.2)

    A form is a list of integers: a constant, then the coefficients of symbols t_1, t_2, ..., each of which
    is between -1 and 1; and beside it an error.  A value times 2^s is the form's value but for at most
    the error.  First the inputs have a symbol each; a neuron that may have both signs adds one. *)

Require Import Lia QArith_base.
From ExactRev Require Export Piece.

Definition rough := (Forms.form * Z)%type.    (* a form and its error *)
Definition enclosures := KeyMap.t rough.

Definition floored (d : Z) (f : Forms.form) : Forms.form := map (fun a => a / d)%Z f.

(** [n / d], rounded up. *)
Definition raised (n d : Z) : Z := (- (- n / d))%Z.

Definition least_of (p : rough) : Z := (entry 0 (fst p) - total (tl (fst p)) - snd p)%Z.
Definition largest_of (p : rough) : Z := (entry 0 (fst p) + total (tl (fst p)) + snd p)%Z.

(** ** Rows *)

(** The terms of a row with integers, times a denominator. *)
Definition integer_terms (d : Z) (r : row) : option (list (key * Z)) :=
  collect (fun t : term key => option_map (pair (fst t)) (to_integer d (snd t)))
    (map (fun t => ((0%N, fst t), snd t)) (inputs r) ++ neurons r).

(** ** relu *)

Definition slopes : Z := 65536.

(** The form with a coefficient for symbol [j], which is a new one. *)
Fixpoint with_symbol (f : Forms.form) (j : nat) (h : Z) : Forms.form :=
  match j with
  | O => match f with [] => [h] | a :: f => (a + h)%Z :: f end
  | S j => match f with [] => 0%Z :: with_symbol [] j h | a :: f => a :: with_symbol f j h end
  end.

(** The form of the value, from that of z, and the number of symbols then. [m] is their number before the
    layer, [n] now. *)
Definition rough_relu (m n : N) (p : rough) : rough * N :=
  let l := least_of p in
  let u := largest_of p in
  if Z.leb 0 l then (p, n)
  else if Z.leb u 0 then (([0%Z], 0%Z), n)
  else
    let g := (slopes * u / (u - l))%Z in
    let h := raised (Z.max (- g * l) ((slopes - g) * u)) (2 * slopes) in
    ((with_symbol (add_times 1 [h] (floored slopes (times g (fst p)))) (N.to_nat (N.succ n)) h,
      (raised (g * snd p) slopes + Z.of_N (N.succ m))%Z), N.succ n).

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

(** The form of the input [j], whose symbol is number j + 1. *)
Definition input_form (unit : Z) (j : N) (l u : Q) : option rough :=
  let c := Z.lcm (Zpos (Qden l)) (Zpos (Qden u)) in
  match to_integer c l, to_integer c u with
  | Some least, Some largest =>
      if Z.ltb 0 c && Z.leb least largest then
        Some (((largest + least) * unit / (2 * c))%Z ::
                N.iter j (cons 0%Z) [((largest - least) * unit / (2 * c))%Z], 2%Z)
      else None
  | _, _ => None
  end.

Fixpoint box (unit : Z) (rows : list row) (j : N) (count : nat) (M : enclosures) : option enclosures :=
  match count with
  | O => Some M
  | S count =>
      match bounds_by j rows None None with
      | (Some l, Some u) =>
          match input_form unit j l u with
          | Some p => box unit rows (N.succ j) count (KeyMap.add (0%N, j) p M)
          | None => None
          end
      | _ => None
      end
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

Lemma le_multiple (c a b : F) : 0 <= c -> a <= b -> c * a <= c * b.
Proof. intros C H. apply le_sub in H. apply le_sub. replace (c * b - c * a) with (c * (b - a)) by ring.
  now apply mul_nonneg. Qed.

Lemma raised_le n d : (0 < d)%Z -> (n <= d * raised n d)%Z.
Proof. intro D. unfold raised. pose proof (Z.mul_div_le (- n) d D). lia. Qed.

(** ** The value of a form where the symbols have values *)

(** The symbols' values, all between -1 and 1; those that are not listed are 0. *)
Definition small (ts : list F) : Prop := forall t, In t ts -> within t 1.

Lemma at_point_small ts j : small ts -> within (at_point ts j) 1.
Proof.
  intro S. unfold at_point. destruct (N.eqb j 0).
  - split; [apply le_refl|]. apply (le_trans F _ 0); [|apply lt_le, one_pos]. apply le_sub.
    replace (0 - - (1)) with (@one F) by ring. apply lt_le, one_pos.
  - destruct (Nat.lt_ge_cases (N.to_nat (N.pred j)) (length ts)) as [L|L].
    + apply S. now apply nth_In.
    + rewrite nth_overflow by auto. apply within_zero, lt_le, one_pos. Qed.

(** Rounding the entries down changes the value by less than their number. *)
Lemma floored_value d f ts : (0 < d)%Z -> small ts ->
  within (value f (at_point ts) - Z_ d * value (floored d f) (at_point ts)) (Z_ (d * Z.of_nat (length f))).
Proof.
  intros D Sm. unfold value. generalize 0%N as i. induction f as [|a f IH]; intro i.
  - cbn [value_from floored map length]. rewrite Z.mul_0_r, of_Z_0. replace (0 - Z_ d * 0) with (0 : F) by ring.
    apply within_zero, le_refl.
  - cbn [value_from floored map length]. specialize (IH (N.succ i)). fold (floored d f).
    set (r := (a mod d)%Z). assert (E : Z_ a = Z_ d * Z_ (a / d) + Z_ r).
    { rewrite <- of_Z_mul, <- of_Z_add. f_equal. unfold r. apply Z.div_mod. lia. }
    assert (R : (0 <= r < d)%Z) by (apply Z.mod_pos_bound; lia). rewrite E.
    replace ((Z_ d * Z_ (a / d) + Z_ r) * at_point ts i + value_from (N.succ i) f (at_point ts) -
        Z_ d * (Z_ (a / d) * at_point ts i + value_from (N.succ i) (floored d f) (at_point ts)))
      with (Z_ r * at_point ts i + (value_from (N.succ i) f (at_point ts) -
        Z_ d * value_from (N.succ i) (floored d f) (at_point ts))) by ring.
    replace (Z_ (d * Z.of_nat (S (length f)))) with (Z_ d + Z_ (d * Z.of_nat (length f))).
    + apply within_add; auto. apply (within_le F _ (Z_ r * 1)).
      * apply within_scale; [apply of_Z_nonneg; lia|]. now apply at_point_small.
      * replace (Z_ r * 1) with (Z_ r) by ring. apply of_Z_le. lia.
    + rewrite <- of_Z_add. f_equal. lia. Qed.

(** The form and its error enclose a value. *)
Definition encloses (ts : list F) (p : rough) (v : F) : Prop :=
  within (U * v - value (fst p) (at_point ts)) (Z_ (snd p)).

Lemma form_within f ts : small ts ->
  within (value f (at_point ts) - Z_ (entry 0 f)) (Z_ (total (tl f))).
Proof.
  intro S. assert (V : value f (at_point ts) - Z_ (entry 0 f) = value_from 1 (tl f) (at_point ts)).
  { destruct f as [|a f]; unfold value; cbn [value_from entry tl].
    - rewrite of_Z_0. ring.
    - change (at_point ts 0%N) with (@one F). change (N.succ 0) with 1%N. simpl (N.eqb 0 0). cbv iota. ring. }
  rewrite V. replace (Z_ (total (tl f))) with (Z_ (total (tl f)) * 1) by ring.
  apply value_within; [|apply lt_le, one_pos]. intros k _. now apply at_point_small. Qed.

Lemma enclosed_range ts p v : small ts -> encloses ts p v ->
  Z_ (least_of p) <= U * v /\ U * v <= Z_ (largest_of p).
Proof.
  intros S E. destruct (within_add F _ _ _ _ E (form_within (fst p) ts S)) as [A B].
  unfold least_of, largest_of. rewrite !of_Z_sub, !of_Z_add. apply le_sub in A, B. split; apply le_sub.
  - replace (U * v - (Z_ (entry 0 (fst p)) - Z_ (total (tl (fst p))) - Z_ (snd p))) with
      (Z_ (snd p) + Z_ (total (tl (fst p))) -
       - (U * v - value (fst p) (at_point ts) + (value (fst p) (at_point ts) - Z_ (entry 0 (fst p))))) by ring. exact B.
  - replace (Z_ (entry 0 (fst p)) + Z_ (total (tl (fst p))) + Z_ (snd p) - U * v) with
      (Z_ (snd p) + Z_ (total (tl (fst p))) -
       (U * v - value (fst p) (at_point ts) + (value (fst p) (at_point ts) - Z_ (entry 0 (fst p))))) by ring. exact A. Qed.

(** ** Rows *)

Section Values.
Variable v : valuation F.

Definition all_enclosed (ts : list F) (M : enclosures) : Prop := forall k p, KeyMap.find k M = Some p ->
  encloses ts p (v k) /\ (length (fst p) <= S (length ts))%nat.

Fixpoint key_sum (ws : list (key * Z)) : F :=
  match ws with [] => 0 | (k, w) :: ws => Z_ w * v k + key_sum ws end.

Lemma integer_terms_value d (l : list (term key)) ws :
  Forall2 (fun (t : term key) b => option_map (pair (fst t)) (to_integer d (snd t)) = Some b) l ws ->
  key_sum ws = Z_ d * sum_terms l v.
Proof. intro W. induction W as [|[k c] u us ws E _ IH]; cbn [key_sum sum_terms]; [ring|]. simpl in E.
  destruct (to_integer d c) as [i|] eqn:I; [|discriminate]. inversion E. subst u.
  rewrite IH, (to_integer_value F _ _ _ I). ring. Qed.

(** ** relu *)

(** More symbols do not change a form that does not name them. *)
Lemma value_more f (ts more : list F) : (length f <= S (length ts))%nat ->
  value f (at_point (ts ++ more)) = value f (at_point ts).
Proof.
  intro L. apply value_support. intros k K. unfold at_point. destruct (N.eqb_spec k 0) as [E0|N0]; auto.
  assert (Lk : (N.to_nat k < length f)%nat).
  { clear -K. revert k K. induction f as [|a f IH]; intros k K; simpl in K; [tauto|].
    destruct (N.eqb_spec k 0) as [E0|N0]; simpl; [rewrite E0; simpl; lia|]. apply IH in K. lia. }
  rewrite app_nth1 by lia. reflexivity. Qed.

Lemma with_symbol_value_from f y h : forall j i, value_from i (with_symbol f j h) y = value_from i f y + Z_ h * y (i + N.of_nat j)%N.
Proof.
  assert (E : forall j i, value_from i (with_symbol [] j h) y = Z_ h * y (i + N.of_nat j)%N).
  { induction j as [|j IH]; intro i; cbn [with_symbol value_from].
    - rewrite N.add_0_r. ring.
    - rewrite IH, of_Z_0. replace (N.succ i + N.of_nat j)%N with (i + N.of_nat (S j))%N by lia. ring. }
  induction f as [|a f IH]; intros j i; [rewrite E; cbn [value_from]; ring|].
  destruct j as [|j]; cbn [with_symbol value_from].
  - rewrite of_Z_add, N.add_0_r. ring.
  - rewrite IH. replace (N.succ i + N.of_nat j)%N with (i + N.of_nat (S j))%N by lia. ring. Qed.

Lemma with_symbol_value f y h j : value (with_symbol f j h) y = value f y + Z_ h * y (N.of_nat j).
Proof. unfold value. rewrite with_symbol_value_from. now rewrite N.add_0_l. Qed.

Lemma with_symbol_length f h : forall j, length (with_symbol f j h) = Nat.max (S j) (length f).
Proof.
  assert (E : forall j, length (with_symbol [] j h) = S j) by (induction j; simpl; auto).
  induction f as [|a f IH]; intro j; [rewrite E; simpl; lia|].
  destruct j as [|j]; cbn [with_symbol length]; [|rewrite IH]; lia. Qed.

Lemma U_positive : 0 < U. Proof. now apply of_Z_pos. Qed.

(** The form of relu, when the symbols that there are so far have the values [ts]. *)
Lemma rough_relu_value ts m p z q n' : small ts -> (N.to_nat m <= length ts)%nat ->
  encloses ts p z -> (length (fst p) <= S (N.to_nat m))%nat -> (0 <= snd p)%Z ->
  rough_relu m (N.of_nat (length ts)) p = (q, n') ->
  exists more, small (ts ++ more) /\ n' = N.of_nat (length (ts ++ more)) /\
    encloses (ts ++ more) q (relu z) /\ (length (fst q) <= S (length (ts ++ more)))%nat.
Proof.
  intros Sm Lm E Lp Er H. pose proof (enclosed_range ts p z Sm E) as [R1 R2]. pose proof U_positive as Up.
  unfold rough_relu in H. destruct (Z.leb_spec 0 (least_of p)) as [P|P].
  - inversion H. subst q n'. exists []. rewrite app_nil_r. split; auto. split; auto. split; [|lia].
    rewrite relu_of_nonneg; auto. apply (mul_cancel_nonneg F U); auto. eapply le_trans; [|exact R1]. now apply of_Z_nonneg.
  - destruct (Z.leb_spec (largest_of p) 0) as [Q|Q].
    + inversion H. subst q n'. exists []. rewrite app_nil_r. split; auto. split; auto. split; [|simpl; lia].
      rewrite relu_of_nonpos.
      * unfold encloses, value. cbn [fst snd value_from]. rewrite of_Z_0.
        replace (U * 0 - (0 * at_point ts 0%N + 0)) with (0 : F) by ring. apply within_zero, le_refl.
      * apply le_sub. replace (0 - z) with (- z) by ring. apply (mul_cancel_nonneg F U); auto.
        apply le_sub in R2. replace (U * - z) with ((Z_ (largest_of p) - U * z) + - Z_ (largest_of p)) by ring.
        apply add_nonneg; auto. rewrite <- of_Z_opp. apply of_Z_nonneg. lia.
    + set (l := least_of p) in *. set (u := largest_of p) in *. set (g := (slopes * u / (u - l))%Z) in *.
      set (h := raised (Z.max (- g * l) ((slopes - g) * u)) (2 * slopes)) in *.
      set (f0 := floored slopes (times g (fst p))) in *.
      remember (add_times 1 [h] f0) as f1 eqn:Ef1. injection H as <- <-.
      assert (G : (0 <= g <= slopes)%Z).
      { unfold g, slopes. split; [apply Z.div_pos; lia|]. apply Z.div_le_upper_bound; lia. }
      assert (Hh : (Z.max (- g * l) ((slopes - g) * u) <= 2 * slopes * h)%Z) by (apply raised_le; reflexivity).
      assert (H0 : (0 <= h)%Z) by (unfold slopes in *; nia).
      (* what is more than the multiple of z *)
      set (c := Z_ slopes). assert (Cp : 0 < c) by (apply of_Z_pos; reflexivity).
      set (w := c * (U * relu z) - Z_ g * (U * z)).
      assert (W : 0 <= w /\ w <= Z_ (2 * slopes * h)).
      { unfold w. destruct (le_total F 0 z) as [Pz|Pz].
        - rewrite relu_of_nonneg by auto.
          replace (c * (U * z) - Z_ g * (U * z)) with (Z_ (slopes - g) * (U * z)) by (rewrite of_Z_sub; unfold c; ring).
          assert (Sg : 0 <= Z_ (slopes - g)) by (apply of_Z_nonneg; lia). split.
          + apply mul_nonneg; auto. apply mul_nonneg; auto. now apply lt_le.
          + apply (le_trans F _ (Z_ (slopes - g) * Z_ u)); [now apply le_multiple|]. rewrite <- of_Z_mul. apply of_Z_le. lia.
        - rewrite relu_of_nonpos by auto. apply opp_nonneg in Pz.
          replace (c * (U * 0) - Z_ g * (U * z)) with (Z_ g * (U * - z)) by ring.
          assert (Sg : 0 <= Z_ g) by (apply of_Z_nonneg; lia). split.
          + apply mul_nonneg; auto. apply mul_nonneg; auto. now apply lt_le.
          + apply (le_trans F _ (Z_ g * Z_ (- l))).
            * apply le_multiple; auto. rewrite of_Z_opp. apply le_sub in R1. apply le_sub.
              now replace (- Z_ l - U * - z) with (U * z - Z_ l) by ring.
            * rewrite <- of_Z_mul. apply of_Z_le. lia. }
      assert (T : exists t, within t 1 /\ w = c * (Z_ h + Z_ h * t)).
      { destruct W as [W1 W2]. destruct (Z.eq_dec h 0) as [Hz|Hz].
        - exists 0. split; [apply within_zero, lt_le, one_pos|]. rewrite Hz in *. rewrite Z.mul_0_r, of_Z_0 in W2.
          rewrite of_Z_0. replace (c * (0 + 0 * 0)) with (0 : F) by ring. now apply le_antisym.
        - assert (Hp : 0 < c * Z_ h) by (apply mul_pos; auto; apply of_Z_pos; lia).
          assert (I : (c * Z_ h) * inv (c * Z_ h) = 1) by (apply inv_law, pos_nonzero; auto).
          exists ((w - c * Z_ h) * inv (c * Z_ h)). split.
          + apply (within_cancel F (c * Z_ h)); auto.
            replace (c * Z_ h * ((w - c * Z_ h) * inv (c * Z_ h))) with
              ((w - c * Z_ h) * (c * Z_ h * inv (c * Z_ h))) by ring. rewrite I.
            rewrite !of_Z_mul in W2. change (Z_ 2) with (Z_ (1 + 1)) in W2. rewrite of_Z_add, of_Z_1 in W2. fold c in W2.
            apply le_sub in W2. split; apply le_sub.
            * now replace (c * Z_ h * 1 - (w - c * Z_ h) * 1) with ((1 + 1) * c * Z_ h - w) by ring.
            * now replace (c * Z_ h * 1 - - ((w - c * Z_ h) * 1)) with w by ring.
          + replace (c * (Z_ h + Z_ h * ((w - c * Z_ h) * inv (c * Z_ h)))) with
              (c * Z_ h + (w - c * Z_ h) * (c * Z_ h * inv (c * Z_ h))) by ring. rewrite I. ring. }
      destruct T as (t & Ts & Tw). exists [t].
      assert (Sm' : small (ts ++ [t])).
      { intros t' I. apply in_app_or in I as [I|[<-|[]]]; auto. }
      split; [exact Sm'|]. split; [rewrite app_length; simpl; lia|]. split.
      * unfold encloses in *. cbn [fst snd].
        assert (Lf0 : (length f0 <= S (length ts))%nat).
        { unfold f0, floored, times. rewrite map_length. fold (times g (fst p)).
          assert (Lt : forall f : Forms.form, length (times g f) = length f) by (induction f; simpl; auto). rewrite Lt. lia. }
        rewrite with_symbol_value, Ef1, value_add_times, of_Z_1, (value_more f0 ts [t] Lf0).
        assert (Vh : value [h] (at_point (ts ++ [t])) = Z_ h).
        { unfold value. cbn [value_from]. change (at_point (ts ++ [t]) 0%N) with (@one F). ring. }
        assert (Vt : at_point (ts ++ [t]) (N.of_nat (N.to_nat (N.succ (N.of_nat (length ts))))) = t).
        { unfold at_point. rewrite (proj2 (N.eqb_neq _ 0)) by lia.
          replace (N.to_nat (N.pred (N.of_nat (N.to_nat (N.succ (N.of_nat (length ts))))))) with (length ts) by lia.
          rewrite app_nth2, Nat.sub_diag by lia. reflexivity. }
        rewrite Vh, Vt. pose proof (floored_value slopes (times g (fst p)) ts ltac:(reflexivity) Sm) as Fl.
        fold f0 in Fl. rewrite value_times in Fl. fold c in Fl.
        assert (Lt : length (times g (fst p)) = length (fst p)) by (generalize (fst p); induction f; simpl; auto).
        apply (within_cancel F c); auto.
        apply (within_le F _ (Z_ (g * snd p) + Z_ (slopes * Z.of_nat (length (times g (fst p)))))).
        -- replace (c * (U * relu z - (1 * Z_ h + value f0 (at_point ts) + Z_ h * t))) with
             (Z_ g * (U * z - value (fst p) (at_point ts)) + (Z_ g * value (fst p) (at_point ts) - c * value f0 (at_point ts))
              + (w - c * (Z_ h + Z_ h * t))) by (unfold w; ring).
           rewrite Tw.
           replace (Z_ g * (U * z - value (fst p) (at_point ts)) + (Z_ g * value (fst p) (at_point ts) - c * value f0 (at_point ts))
              + (c * (Z_ h + Z_ h * t) - c * (Z_ h + Z_ h * t))) with
             (Z_ g * (U * z - value (fst p) (at_point ts)) + (Z_ g * value (fst p) (at_point ts) - c * value f0 (at_point ts))) by ring.
           apply within_add; auto. rewrite of_Z_mul. apply within_scale; auto. apply of_Z_nonneg. lia.
        -- unfold c. rewrite <- of_Z_add, <- of_Z_mul. apply of_Z_le.
           pose proof (raised_le (g * snd p) slopes ltac:(reflexivity)). rewrite Lt. unfold slopes in *. nia.
      * unfold fst at 1. rewrite with_symbol_length, app_length. cbn [length].
        assert (La : length (add_times 1 [h] f0) = Nat.max 1 (length f0)) by (rewrite add_times_length; reflexivity).
        rewrite Ef1, La. unfold f0, floored. rewrite map_length.
        assert (Lt : length (times g (fst p)) = length (fst p)) by (generalize (fst p); induction f; simpl; auto).
        rewrite Lt. lia. Qed.

Lemma all_enclosed_more ts more M : all_enclosed ts M -> all_enclosed (ts ++ more) M.
Proof.
  intros A k p K. destruct (A k p K) as [E L]. split; [|rewrite app_length; lia]. unfold encloses in *.
  now rewrite value_more. Qed.

End Values.

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

Lemma input_form_value j l u p x : input_form unit j l u = Some p -> Q_ l <= x -> x <= Q_ u ->
  exists t, within t 1 /\ forall ts : list F, small ts -> nth (N.to_nat j) ts 0 = t ->
    encloses ts p x /\ length (fst p) = S (S (N.to_nat j)).
Proof.
  unfold input_form. set (c := Z.lcm _ _). intros H L R.
  destruct (to_integer c l) as [least|] eqn:A; [|discriminate].
  destruct (to_integer c u) as [largest|] eqn:B; [|discriminate].
  destruct (_ && _) eqn:C; [|discriminate]. apply andb_true_iff in C as [C _]. apply Z.ltb_lt in C.
  pose proof (of_Z_pos F c C) as Cp. apply (to_integer_value F) in A, B.
  destruct (scaled_place c least largest x C) as (t & T & E).
  { rewrite A. apply le_multiple; auto. now apply lt_le. }
  { rewrite B. apply le_multiple; auto. now apply lt_le. }
  exists t. split; auto. intros ts Sm Tj.
  match type of H with Some ?e = Some p => assert (Ep : p = e) by congruence end. clear H. subst p.
  split; [|unfold fst; cbn [length]; rewrite iter_cons; simpl; lia]. unfold encloses, fst, snd.
  set (a := ((largest + least) * unit)%Z) in *. set (b := ((largest - least) * unit)%Z) in *.
  assert (D : (0 < 2 * c)%Z) by lia. pose proof (of_Z_pos F _ D) as Dp.
  set (r := (a mod (2 * c))%Z). set (s := (b mod (2 * c))%Z).
  assert (Ra : Z_ a = Z_ (2 * c) * Z_ (a / (2 * c)) + Z_ r).
  { rewrite <- of_Z_mul, <- of_Z_add. f_equal. unfold r. apply Z.div_mod. lia. }
  assert (Rb : Z_ b = Z_ (2 * c) * Z_ (b / (2 * c)) + Z_ s).
  { rewrite <- of_Z_mul, <- of_Z_add. f_equal. unfold s. apply Z.div_mod. lia. }
  assert (R0 : (0 <= r < 2 * c)%Z) by (apply Z.mod_pos_bound; lia).
  assert (S0 : (0 <= s < 2 * c)%Z) by (apply Z.mod_pos_bound; lia).
  assert (V : value ((a / (2 * c))%Z :: N.iter j (cons 0%Z) [(b / (2 * c))%Z]) (at_point ts) =
    Z_ (a / (2 * c)) + Z_ (b / (2 * c)) * t).
  { unfold value. cbn [value_from]. rewrite iter_cons_value. cbn [value_from].
    change (at_point ts 0%N) with (@one F). replace (N.succ 0 + j)%N with (N.succ j) by lia.
    assert (Y : at_point ts (N.succ j) = t).
    { unfold at_point. rewrite (proj2 (N.eqb_neq _ 0)), N.pred_succ by lia. exact Tj. }
    rewrite Y. ring. }
  rewrite V. apply (within_cancel F (Z_ (2 * c))); auto.
  replace (Z_ (2 * c) * (U * x - (Z_ (a / (2 * c)) + Z_ (b / (2 * c)) * t))) with (Z_ r * 1 + Z_ s * t).
  - apply (within_le F _ (Z_ r * 1 + Z_ s * 1)).
    + apply within_add; apply within_scale; auto; try (apply of_Z_nonneg; lia). split; [apply le_refl|].
      apply (le_trans F _ 0); [|apply lt_le, one_pos]. apply le_sub. replace (0 - - (1)) with (@one F) by ring.
      apply lt_le, one_pos.
    + replace (Z_ r * 1 + Z_ s * 1) with (Z_ (r + s)) by (rewrite of_Z_add; ring). rewrite <- of_Z_mul. apply of_Z_le. lia.
  - replace (Z_ (2 * c) * (U * x - (Z_ (a / (2 * c)) + Z_ (b / (2 * c)) * t))) with
      (U * (Z_ (2 * c) * x) - (Z_ (2 * c) * Z_ (a / (2 * c)) + Z_ (2 * c) * Z_ (b / (2 * c)) * t)) by ring.
    replace (Z_ (2 * c) * Z_ (a / (2 * c))) with (Z_ a - Z_ r) by (rewrite Ra; ring).
    replace (Z_ (2 * c) * Z_ (b / (2 * c))) with (Z_ b - Z_ s) by (rewrite Rb; ring).
    rewrite E. unfold a, b. rewrite !of_Z_mul. ring. Qed.

(** There are values of the symbols with which the forms enclose the inputs. *)
Lemma box_value rows x count : (forall r, In r rows -> 0 <= affine r x) -> forall j M M',
  box unit rows j count M = Some M' ->
  exists us : list F, length us = count /\ small us /\
    forall ts : list F, small ts -> (forall i, (i < count)%nat -> nth (N.to_nat j + i) ts 0 = nth i us 0) ->
      forall k p, KeyMap.find k M' = Some p ->
        KeyMap.find k M = Some p \/ exists i, k = (0%N, i) /\ (N.to_nat i < N.to_nat j + count)%nat /\
          encloses ts p (coordinate F x i) /\ length (fst p) = S (S (N.to_nat i)).
Proof.
  induction count as [|count IH]; simpl; intros P j M M' H.
  - inversion H. exists []. split; auto. split; [intros ? []|]. auto.
  - destruct (bounds_by j rows None None) as [[l|] [u|]] eqn:B; try discriminate.
    destruct (input_form unit j l u) as [p|] eqn:I; [|discriminate].
    destruct (bounds_by_value j rows x P None None _ _ B) as [Bl Bu]; try discriminate.
    destruct (input_form_value j l u p _ I (Bl l eq_refl) (Bu u eq_refl)) as (t & T & E).
    destruct (IH P _ _ _ H) as (us & L & Us & K). exists (t :: us). split; [simpl; auto|].
    split; [intros t' [<-|I']; auto|]. intros ts Sm Nt k q Kf.
    destruct (K ts Sm) with (k := k) (p := q) as [A|(i & A1 & A2 & A3)]; auto.
    + intros i Li. specialize (Nt (S i) ltac:(lia)). simpl in Nt. rewrite <- Nt. f_equal. lia.
    + rewrite KeyFacts.add_o in A. destruct (KeyMap.E.eq_dec (0%N, j) k) as [D|D]; auto.
      change ((0%N, j) = k) in D. inversion A. subst. right. exists j. split; auto. split; [lia|]. apply E; auto.
      specialize (Nt 0%nat ltac:(lia)). simpl in Nt. now rewrite Nat.add_0_r in Nt.
    + right. exists i. split; auto. split; [lia|auto]. Qed.

End Soundness.
