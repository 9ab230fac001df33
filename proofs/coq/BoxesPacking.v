(** * Sums of multiples of integer lists, a list at a time

    A list of integers is packed into one long integer, whose digits to the base 2^w they are; each is
    less than half the base in absolute value.  So a sum of multiples of lists is one of integers, and is
    unpacked when it is done.  It is what a loop over the entries would give, several times faster. *)

Require Import Lia ZArith List.
From ExactRev Require Export Forms.
Import ListNotations.
Local Open Scope Z_scope.

(** The number of bits of 2^k entries, for k, k - 1, ..., 1 halved: w 2^(k-1), ..., 2 w, w. *)
Fixpoint halves (k : nat) (w : Z) : list Z :=
  match k with O => [] | S k => (w * 2 ^ Z.of_nat k) :: halves k w end.

(** The first entries of a list as one integer, 2^k of them if [hs] are the k halves, and the rest. *)
Fixpoint pack (hs : list Z) (l : form) : Z * form :=
  match l with
  | [] => (0, [])
  | a :: rest =>
      match hs with
      | [] => (a, rest)
      | h :: hs =>
          let (low, l) := pack hs l in
          let (high, l) := pack hs l in
          (low + Z.shiftl high h, l)
      end
  end.

(** All 2^k entries, before a list. *)
Fixpoint unpack (hs : list Z) (p : Z) (acc : form) : form :=
  match hs with
  | [] => p :: acc
  | h :: hs =>
      let high := Z.shiftr (p + Z.shiftl 1 (Z.pred h)) h in
      unpack hs (p - Z.shiftl high h) (unpack hs high acc)
  end.

Fixpoint dot_integers (ws ps : list Z) (s : Z) : Z :=
  match ws, ps with w :: ws, p :: ps => dot_integers ws ps (s + w * p) | _, _ => s end.

Definition largest_entry (s : Z) (f : form) : Z := fold_left (fun s a => Z.max s (Z.abs a)) f s.

(** How many bits an entry needs where no row's weights have a larger total than [norm]. *)
Definition digit_width (norm : Z) (fs : list form) : Z := Z.log2 (norm * fold_left largest_entry fs 0) + 2.

(** For each row, the sum of its weights times the forms, as [count] entries. No form has more. *)
Definition packed_sums (count : N) (norm : Z) (rows : list (list Z)) (fs : list form) : list form :=
  let w := digit_width norm fs in
  let hs := halves (Z.to_nat (Z.log2 (Z.of_N count) + 1)) w in
  let ps := map (fun f => fst (pack hs f)) fs in
  let n := N.to_nat count in
  map (fun ws => firstn n (unpack hs (dot_integers ws ps 0) [])) rows.

(** ** That this is what it should be *)

(** The sum of weights times forms, entry by entry. *)
Fixpoint form_sum (ws : list Z) (fs : list form) : form :=
  match ws, fs with w :: ws, f :: fs => add_times w f (form_sum ws fs) | _, _ => [] end.

Fixpoint horner (w : Z) (l : form) : Z := match l with [] => 0 | a :: l => a + 2 ^ w * horner w l end.

Definition short (w : Z) (l : form) : Prop := forall a, In a l -> 2 * Z.abs a < 2 ^ w.

Section Packing.
Variable w : Z.
Hypothesis wide : 0 < w.

Lemma horner_app a b : horner w (a ++ b) = horner w a + 2 ^ (w * Z.of_nat (length a)) * horner w b.
Proof. induction a as [|x a IH]; cbn [app horner length].
  - rewrite Z.mul_0_r. change (2 ^ 0) with 1. ring.
  - rewrite IH, Nat2Z.inj_succ, Z.mul_succ_r, Z.pow_add_r by lia. ring. Qed.

Lemma horner_times c f : horner w (times c f) = c * horner w f.
Proof. induction f as [|a f IH]; cbn [times horner]; [|rewrite IH]; ring. Qed.

Lemma horner_add_times c f : forall g, horner w (add_times c f g) = c * horner w f + horner w g.
Proof. induction f as [|a f IH]; intros [|b g].
  - simpl. ring.
  - cbn [add_times horner]. ring.
  - change (add_times c (a :: f) []) with (times c (a :: f)). rewrite horner_times. cbn [horner]. ring.
  - cbn [add_times horner]. rewrite IH. ring. Qed.

Lemma horner_bound l : short w l -> 2 * Z.abs (horner w l) < 2 ^ (w * Z.of_nat (length l)).
Proof. induction l as [|a l IH]; intro S; cbn [horner length].
  - rewrite Z.mul_0_r. simpl. lia.
  - assert (A : 2 * Z.abs a < 2 ^ w) by (apply S; now left).
    assert (B : 2 * Z.abs (horner w l) < 2 ^ (w * Z.of_nat (length l))) by (apply IH; intros x X; apply S; now right).
    rewrite Nat2Z.inj_succ, Z.mul_succ_r, Z.pow_add_r by lia.
    assert (0 < 2 ^ w) by (apply Z.pow_pos_nonneg; lia). nia. Qed.

Lemma power_of_two k : Z.of_nat (2 ^ k) = 2 ^ Z.of_nat k.
Proof. induction k as [|k IH]; auto. rewrite Nat2Z.inj_succ, Z.pow_succ_r, <- IH by lia.
  cbn [Nat.pow]. lia. Qed.

Lemma firstn_sum {A} n m : forall l : list A, firstn (n + m) l = firstn n l ++ firstn m (skipn n l).
Proof. induction n as [|n IH]; intros [|x l]; cbn; auto; [now rewrite firstn_nil|now rewrite IH]. Qed.

Lemma skipn_sum {A} n m : forall l : list A, skipn m (skipn n l) = skipn (n + m) l.
Proof. induction n as [|n IH]; intros [|x l]; cbn; auto. now rewrite skipn_nil. Qed.

Lemma pack_value k : forall l, pack (halves k w) l = (horner w (firstn (2 ^ k) l), skipn (2 ^ k) l).
Proof.
  induction k as [|k IH]; intro l.
  - destruct l as [|a l]; simpl; auto. now rewrite Z.mul_0_r, Z.add_0_r.
  - destruct l as [|a l].
    { simpl. now rewrite firstn_nil, skipn_nil. }
    cbn [halves pack]. remember (a :: l) as b. rewrite !IH.
    replace (2 ^ S k)%nat with (2 ^ k + 2 ^ k)%nat by (simpl; lia).
    rewrite skipn_sum, firstn_sum, horner_app. f_equal.
    destruct (Nat.le_gt_cases (2 ^ k) (length b)) as [L|L].
    + rewrite firstn_length_le, power_of_two, Z.shiftl_mul_pow2 by (auto; nia). ring.
    + rewrite (skipn_all2 b), firstn_nil by lia. cbn [horner]. rewrite Z.shiftl_0_l. ring. Qed.

Lemma unpack_value k : forall l acc, length l = (2 ^ k)%nat -> short w l ->
  unpack (halves k w) (horner w l) acc = l ++ acc.
Proof.
  induction k as [|k IH]; intros l acc L S.
  - destruct l as [|a [|]]; try discriminate. simpl. now rewrite Z.mul_0_r, Z.add_0_r.
  - cbn [halves unpack]. set (n := (2 ^ k)%nat) in *. set (h := w * 2 ^ Z.of_nat k).
    assert (L2 : length l = (n + n)%nat) by (rewrite L; unfold n; simpl; lia).
    assert (La : length (firstn n l) = n) by (apply firstn_length_le; lia).
    assert (Lb : length (skipn n l) = n) by (rewrite skipn_length; lia).
    assert (Sa : short w (firstn n l)).
    { intros x X. apply S. rewrite <- (firstn_skipn n l). apply in_or_app. now left. }
    assert (Sb : short w (skipn n l)).
    { intros x X. apply S. rewrite <- (firstn_skipn n l). apply in_or_app. now right. }
    rewrite <- (firstn_skipn n l) at 1 2 3. rewrite horner_app, La.
    pose proof (horner_bound _ Sa) as B. rewrite La in B. unfold n in B at 2. rewrite power_of_two in B. fold h in B.
    set (lo := horner w (firstn n l)) in *. set (hi := horner w (skipn n l)).
    replace (2 ^ (w * Z.of_nat n)) with (2 ^ h) by (unfold h, n; now rewrite power_of_two).
    assert (H : 0 < h) by (unfold h; apply Z.mul_pos_pos; auto; apply Z.pow_pos_nonneg; lia).
    assert (P : 2 ^ h = 2 * 2 ^ Z.pred h) by (rewrite <- Z.pow_succ_r by lia; f_equal; lia).
    assert (Hi : Z.shiftr (lo + 2 ^ h * hi + Z.shiftl 1 (Z.pred h)) h = hi).
    { rewrite Z.shiftr_div_pow2, Z.shiftl_mul_pow2 by lia. symmetry.
      apply (Z.div_unique_pos _ _ _ (lo + 2 ^ Z.pred h)); [lia|ring]. }
    rewrite Hi, Z.shiftl_mul_pow2 by lia.
    replace (lo + 2 ^ h * hi - hi * 2 ^ h) with lo by ring. unfold lo, hi.
    rewrite (IH (skipn n l) acc Lb Sb), (IH _ _ La Sa), app_assoc. now rewrite firstn_skipn. Qed.

Lemma dot_horner ws : forall fs s, dot_integers ws (map (horner w) fs) s = s + horner w (form_sum ws fs).
Proof. induction ws as [|c ws IH]; intros [|f fs] s; cbn [dot_integers map form_sum]; try (cbn [horner]; ring).
  rewrite IH, horner_add_times. ring. Qed.

Lemma horner_zeros m : horner w (repeat 0 m) = 0.
Proof. induction m as [|m IH]; cbn [repeat horner]; [|rewrite IH]; ring. Qed.
End Packing.

Lemma times_in c f a : In a (times c f) -> exists b, In b f /\ a = c * b.
Proof. induction f as [|x f IH]; simpl; [tauto|]. intros [<-|I]; [eauto|]. destruct (IH I) as (b & ? & ?). eauto. Qed.

Lemma add_times_bound c f m n : (forall a, In a f -> Z.abs a <= m) -> 0 <= m -> 0 <= n ->
  forall g, (forall a, In a g -> Z.abs a <= n) -> forall a, In a (add_times c f g) -> Z.abs a <= Z.abs c * m + n.
Proof.
  intros A M N. induction f as [|x f IH]; intros [|y g] B a I; cbn [add_times] in I; try (destruct I; fail).
  - specialize (B a I). nia.
  - apply (times_in c (x :: f)) in I as (b & I & ->). specialize (A b I). rewrite Z.abs_mul. nia.
  - destruct I as [<-|I].
    + specialize (A x (or_introl eq_refl)). specialize (B y (or_introl eq_refl)).
      pose proof (Z.abs_triangle (c * x) y). rewrite Z.abs_mul in *. nia.
    + apply (IH (fun a K => A a (or_intror K)) g); auto. intros b K. apply B. now right. Qed.

Lemma form_sum_bound m ws : forall fs, (forall f, In f fs -> forall a, In a f -> Z.abs a <= m) -> 0 <= m ->
  forall a, In a (form_sum ws fs) -> Z.abs a <= total ws * m.
Proof.
  induction ws as [|c ws IH]; intros [|f fs] A M a I; cbn [form_sum] in I; try (destruct I; fail).
  cbn [total fold_right]. fold (total ws). replace ((Z.abs c + total ws) * m) with (Z.abs c * m + total ws * m) by ring.
  refine (add_times_bound c f m (total ws * m) _ M _ (form_sum ws fs) _ a I).
  - intros b K. apply (A f); [now left|auto].
  - pose proof (total_nonneg ws). nia.
  - intros b K. apply (IH fs); auto. intros g G. apply A. now right. Qed.

Lemma form_sum_length n ws : forall fs, (forall f, In f fs -> (length f <= n)%nat) -> (length (form_sum ws fs) <= n)%nat.
Proof.
  assert (T : forall c f, length (times c f) = length f) by (intros c f; induction f; simpl; auto).
  assert (D : forall c f g, length (add_times c f g) = Nat.max (length f) (length g)).
  { intros c f. induction f as [|x f IH]; intros [|y g]; simpl; auto. }
  induction ws as [|c ws IH]; intros [|f fs] H; cbn [form_sum length]; try lia. rewrite D.
  pose proof (H f (or_introl eq_refl)). specialize (IH fs (fun g G => H g (or_intror G))). lia. Qed.

Lemma largest_entry_ge f : forall s, s <= largest_entry s f /\ forall a, In a f -> Z.abs a <= largest_entry s f.
Proof. unfold largest_entry. induction f as [|x f IH]; intro s; cbn [fold_left].
  - split; [lia|intros ? []].
  - destruct (IH (Z.max s (Z.abs x))) as [A B]. split; [lia|]. intros a [<-|I]; auto. lia. Qed.

Lemma largest_of_all fs : forall s, s <= fold_left largest_entry fs s /\
  forall f, In f fs -> forall a, In a f -> Z.abs a <= fold_left largest_entry fs s.
Proof. induction fs as [|g fs IH]; intro s; cbn [fold_left].
  - split; [lia|intros ? []].
  - destruct (IH (largest_entry s g)) as [A B]. destruct (largest_entry_ge g s) as [C D]. split; [lia|].
    intros f [<-|I] a K; [specialize (D a K); lia|eauto]. Qed.

(** Each list is the sum that it should be, with zeros after it. *)
Theorem packed_sums_correct count norm rows fs :
  (forall f, In f fs -> (length f <= N.to_nat count)%nat) -> (forall ws, In ws rows -> total ws <= norm) ->
  Forall2 (fun ws g => exists zeros, g = form_sum ws fs ++ repeat 0 zeros /\ length g = N.to_nat count)
    rows (packed_sums count norm rows fs).
Proof.
  intros L T. unfold packed_sums. set (w := digit_width norm fs). set (k := Z.to_nat (Z.log2 (Z.of_N count) + 1)).
  set (n := N.to_nat count). set (m := fold_left largest_entry fs 0) in *.
  assert (M : 0 <= m) by (pose proof (largest_of_all fs 0); unfold m; lia).
  assert (W : 0 < w) by (unfold w, digit_width; pose proof (Z.log2_nonneg (norm * m)); fold m; lia).
  assert (K : (n <= 2 ^ k)%nat).
  { apply Nat2Z.inj_le. rewrite power_of_two. unfold k, n. rewrite Z2Nat.id by (pose proof (Z.log2_nonneg (Z.of_N count)); lia).
    rewrite N_nat_Z. destruct (Z.eq_dec (Z.of_N count) 0) as [E|E]; [rewrite E; simpl; lia|].
    pose proof (Z.log2_spec (Z.of_N count) ltac:(lia)) as S. unfold Z.succ in S. lia. }
  assert (P : map (fun f => fst (pack (halves k w) f)) fs = map (horner w) fs).
  { apply map_ext_in. intros f I. rewrite pack_value by exact W. cbn [fst].
    rewrite firstn_all2; auto. specialize (L f I). unfold n in K. lia. }
  rewrite P. clear P. revert T. induction rows as [|ws rows IH]; intro T; cbn [map]; constructor.
  2: { apply IH. intros ws' I. apply T. now right. }
  pose proof (T ws (or_introl eq_refl)) as Tw. set (g := form_sum ws fs).
  assert (Lg : (length g <= n)%nat) by (apply form_sum_length; exact L).
  assert (Sg : short w (g ++ repeat 0 (2 ^ k - length g))).
  { intros a I. apply in_app_or in I as [I|I].
    - assert (B : Z.abs a <= norm * m).
      { apply (Z.le_trans _ (total ws * m)); [|nia]. apply (form_sum_bound m ws fs); auto. intros f F b B.
        now apply (largest_of_all fs 0) with (f := f). }
      unfold w, digit_width. fold m. destruct (Z.eq_dec (norm * m) 0) as [E|E].
      + rewrite E in B |- *. change (2 ^ (Z.log2 0 + 2)) with 4. lia.
      + pose proof (Z.log2_spec (norm * m) ltac:(lia)) as S. unfold Z.succ in S.
        replace (Z.log2 (norm * m) + 2) with (Z.succ (Z.log2 (norm * m) + 1)) by lia.
        rewrite Z.pow_succ_r by (pose proof (Z.log2_nonneg (norm * m)); lia). lia.
    - apply repeat_spec in I. subst. simpl. apply Z.pow_pos_nonneg; lia. }
  rewrite dot_horner, Z.add_0_l. fold g.
  replace (horner w g) with (horner w (g ++ repeat 0 (2 ^ k - length g))).
  2: { rewrite horner_app by exact W. rewrite horner_zeros. ring. }
  rewrite unpack_value, app_nil_r; auto.
  2: { rewrite app_length, repeat_length. lia. }
  rewrite firstn_app, (firstn_all2 g) by exact Lg. exists (Nat.min (n - length g) (2 ^ k - length g)).
  assert (R : forall a b, firstn a (repeat 0 b) = repeat 0 (Nat.min a b)).
  { induction a as [|a IHa]; intros [|b]; simpl; auto. now rewrite IHa. }
  rewrite R. split; auto. rewrite app_length, repeat_length. lia. Qed.

(** The value of the sum. *)
Section Values.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).

Fixpoint dot_values (ws : list Z) (vs : list F) : F :=
  match ws, vs with w :: ws, v :: vs => of_Z w * v + dot_values ws vs | _, _ => 0 end.

Lemma form_sum_value ws y : forall fs, value (form_sum ws fs) y = dot_values ws (map (fun f => value f y) fs).
Proof. induction ws as [|w ws IH]; intros [|f fs]; cbn [form_sum dot_values map]; auto.
  now rewrite value_add_times, IH. Qed.

Lemma value_zeros f m (y : vector F) : value (f ++ repeat 0%Z m) y = value f y.
Proof. unfold value. generalize 0%N as i. induction f as [|a f IH]; intro i; cbn [app value_from].
  - revert i. induction m as [|m IH]; intro i; cbn [repeat value_from]; auto. rewrite IH, of_Z_0. ring.
  - now rewrite IH. Qed.
End Values.
Arguments dot_values {F} _ _.
