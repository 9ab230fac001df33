(** * Hyperplanes: equal ones, and that other hyperplanes do not cover one *)

From ExactRev Require Export TheoryAffine Rational.
Require Import Lia.
Require Compare_dec.

Section Planes.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Implicit Types (g h : affine F) (x y d : list F).

(** The hyperplane of an affine function that is not constant is where it is 0. *)
Definition on h x := value h x = 0.
Definition same_plane h g := forall x, on h x <-> on g x.

Lemma linear_agree a : forall b x, (forall k, coordinate a k = coordinate b k) ->
  linear a x = linear b x.
Proof.
  assert (Z : forall b x, (forall k, coordinate b k = 0 :> F) -> linear b x = 0).
  { induction b as [|q b IH]; intros [|r x] H; simpl; auto.
    rewrite IH by (intro k; exact (H (S k))). pose proof (H 0%nat) as E. unfold coordinate in E.
      simpl in E.
    rewrite E. ring. }
  induction a as [|p a IH]; intros b x H.
  - symmetry. apply Z. intro k. rewrite <- H. unfold coordinate. now destruct k.
  - destruct b as [|q b].
    + simpl (linear [] x). apply Z. intro k. rewrite H. unfold coordinate. now destruct k.
    + destruct x as [|r x]; simpl; auto. rewrite (IH b x (fun k => H (S k))).
      pose proof (H 0%nat) as E. unfold coordinate in E. simpl in E. now rewrite E. Qed.

(** Two gradients are proportional, or some direction tells them apart. *)
Lemma apart_or_proportional (a b : list F) p : coordinate a p <> 0 ->
  (exists d, linear a d = 0 /\ linear b d <> 0) \/
  (forall k, coordinate b k * coordinate a p = coordinate b p * coordinate a k).
Proof.
  intro N. set (gap := fun k => coordinate b k * coordinate a p - coordinate b p * coordinate a k).
  assert (D : (exists k, gap k <> 0) \/ forall k, In k (seq 0 (length a + length b)) -> gap k = 0).
  { induction (seq 0 (length a + length b)) as [|k ks IH]; [right; intros k []|].
    destruct IH as [IH|IH]; auto. destruct (eq_or_neq F (gap k) 0) as [E|E]; [right|left; eauto].
    intros j [<-|J]; auto. }
  destruct D as [[k K]|D]; [left|right].
  - exists (move (map (mul (coordinate a p)) (unit_point k)) (- coordinate a k) (unit_point p)).
    rewrite !linear_move, !linear_scaled, !linear_unit. split; [ring|]. intro E. apply K. unfold gap.
    rewrite <- E. ring.
  - intro k. destruct (Compare_dec.le_lt_dec (length a + length b) k) as [L|L].
    + unfold coordinate at 1 4. rewrite !nth_overflow by lia. ring.
    + assert (G : gap k = 0) by (apply D, in_seq; lia). unfold gap in G.
      replace (coordinate b k * coordinate a p)
        with (coordinate b k * coordinate a p - coordinate b p * coordinate a k +
          coordinate b p * coordinate a k) by ring.
      rewrite G. ring. Qed.

Lemma plane_has_point h : not_constant h -> exists x, on h x.
Proof. intros [p N]. exists (map (mul (- (offset h * inv (coordinate (slope h) p)))) (unit_point p)).
  unfold on, value. rewrite linear_scaled, linear_unit.
  replace (offset h + - (offset h * inv (coordinate (slope h) p)) * coordinate (slope h) p)
    with (offset h - offset h * (coordinate (slope h) p * inv (coordinate (slope h) p))) by ring.
  rewrite inv_law by auto. ring. Qed.

(** If [g] is 0 on the plane of [h], then it is a multiple of [h]. *)
Lemma vanishing_multiple h g : not_constant h -> (forall x, on h x -> on g x) ->
  exists c, forall x, value g x = c * value h x.
Proof.
  intros N H. destruct (plane_has_point h N) as [x0 X0]. destruct N as [p N].
  destruct (apart_or_proportional (slope h) (slope g) p N) as [(d & D1 & D2)|Prop_].
  - exfalso. apply D2. pose proof (H x0 X0) as E0. assert (X1 : on h (move x0 1 d)).
    { unfold on in *. rewrite value_move, X0, D1. ring. }
    apply H in X1. unfold on in *. rewrite value_move, E0 in X1.
    replace (linear (slope g) d) with (0 + 1 * linear (slope g) d) by ring. exact X1.
  - set (c := coordinate (slope g) p * inv (coordinate (slope h) p)). exists c.
    assert (L : forall x, linear (slope g) x = c * linear (slope h) x).
    { intro x. rewrite (linear_sym F (slope h)), <- linear_scaled, (linear_sym F x).
      apply linear_agree. intro k. rewrite coordinate_scaled.
        apply (cancel F (coordinate (slope h) p)); auto.
      rewrite Prop_. unfold c.
      replace (coordinate (slope g) p * inv (coordinate (slope h) p) * coordinate (slope h) k *
        coordinate (slope h) p)
        with (coordinate (slope g) p * coordinate (slope h) k *
          (coordinate (slope h) p * inv (coordinate (slope h) p))) by ring.
      rewrite inv_law by auto. ring. }
    pose proof (H x0 X0) as E0. unfold on, value in *. intro x. rewrite L in *.
    replace (offset g) with (offset g + c * linear (slope h) x0 - c * (offset h +
      linear (slope h) x0) + c * offset h) by ring.
    rewrite E0, X0. ring. Qed.

(** Equal hyperplanes: the functions are multiples of each other. *)
Theorem same_plane_multiple h g : not_constant h -> not_constant g -> same_plane h g ->
  exists c, c <> 0 /\ forall x, value h x = c * value g x.
Proof.
  intros Nh Ng S. destruct (vanishing_multiple g h Ng (fun x => proj2 (S x))) as [c C]. exists c.
    split; auto.
  intros ->. destruct Nh as [k K]. apply K. rewrite <- gradient_affine. unfold gradient. rewrite !C.
    ring. Qed.

Lemma multiple_same_plane h g c : c <> 0 -> (forall x, value h x = c * value g x) -> same_plane h g.
Proof. intros C H x. unfold on. rewrite H. split; intro E.
  - now apply product_zero in E.
  - rewrite E. ring. Qed.

(** A different hyperplane leaves points out. *)
Definition cuts h g := ~ forall x, on h x -> on g x.

Lemma vanishing_same h g : not_constant h -> not_constant g -> (forall x, on h x -> on g x) ->
  same_plane h g.
Proof. intros Nh [k K] V. destruct (vanishing_multiple h g Nh V) as [c C]. assert (N : c <> 0).
  { intros ->. apply K. rewrite <- gradient_affine. unfold gradient. rewrite !C. ring. }
  intro x. symmetry. now apply (multiple_same_plane g h c). Qed.

Lemma different_cuts h g : not_constant h -> not_constant g -> ~ same_plane h g -> cuts h g.
Proof. intros Nh Ng D V. apply D. now apply vanishing_same. Qed.

Lemma proportional_vanishes h g p x : coordinate (slope h) p <> 0 ->
  (forall k, coordinate (slope g) k * coordinate (slope h) p =
    coordinate (slope g) p * coordinate (slope h) k) ->
  on h x -> on g x -> forall y, on h y -> on g y.
Proof.
  intros N P Xh Xg y Y. unfold on, value in *.
  assert (L : forall z, linear (slope g) z * coordinate (slope h) p =
    coordinate (slope g) p * linear (slope h) z).
  { intro z. replace (linear (slope g) z * coordinate (slope h) p)
      with (coordinate (slope h) p * linear z (slope g)) by (rewrite linear_sym; ring).
    rewrite (linear_sym F (slope h) z), <- !linear_scaled, !(linear_sym F z). apply linear_agree.
      intro k.
    rewrite !coordinate_scaled, <- P. ring. }
  apply (cancel F (coordinate (slope h) p)); auto.
  replace ((offset g + linear (slope g) y) * coordinate (slope h) p)
    with ((offset g + linear (slope g) x) * coordinate (slope h) p
      - linear (slope g) x * coordinate (slope h) p + linear (slope g) y * coordinate (slope h) p)
        by ring.
  rewrite Xg, !L.
  replace (0 * coordinate (slope h) p - coordinate (slope g) p * linear (slope h) x +
      coordinate (slope g) p * linear (slope h) y) with
    (coordinate (slope g) p * ((offset h + linear (slope h) y) - (offset h + linear (slope h) x)))
      by ring.
  rewrite Xh, Y. ring. Qed.

(** It can be decided whether two hyperplanes are equal. *)
Lemma same_plane_decided h g : not_constant h -> not_constant g -> same_plane h g \/ ~ same_plane h g.
Proof.
  intros Nh Ng. destruct (plane_has_point h Nh) as [x X]. pose proof Nh as [p N].
  destruct (eq_or_neq F (value g x) 0) as [E|E]; [|right; intro S; apply E; now apply (S x)].
  destruct (apart_or_proportional (slope h) (slope g) p N) as [(d & D1 & D2)|P].
  - right. intro S. apply D2. assert (Y : on g (move x 1 d)).
    { apply S. unfold on in *. rewrite value_move, X, D1. ring. }
    unfold on in Y. rewrite value_move, E in Y.
    replace (linear (slope g) d) with (0 + 1 * linear (slope g) d) by ring. exact Y.
  - left. apply vanishing_same; auto. now apply (proportional_vanishes h g p x). Qed.

(** ** Finitely many other hyperplanes do not cover a hyperplane, not even near a point *)

Lemma cutting_direction h g x : not_constant h -> cuts h g -> on h x -> on g x ->
  exists d, linear (slope h) d = 0 /\ linear (slope g) d <> 0.
Proof.
  intros [p N] C Xh Xg. destruct (apart_or_proportional (slope h) (slope g) p N) as [D|P]; auto.
  exfalso. apply C. now apply (proportional_vanishes h g p x). Qed.

(** One direction along [h] that leaves all the others at once. *)
Lemma common_direction h gs : (forall g, In g gs ->
  exists d, linear (slope h) d = 0 /\ linear (slope g) d <> 0) ->
  exists d, linear (slope h) d = 0 /\ forall g, In g gs -> linear (slope g) d <> 0.
Proof.
  induction gs as [|g gs IH]; intro H.
  - exists []. rewrite linear_nil. split; auto; intros g [].
  - destruct IH as (d & D & Ds); [intros k K; apply H; now right|].
    destruct (H g (or_introl eq_refl)) as (e & E & Es).
    destruct (eq_or_neq F (linear (slope g) d) 0) as [Z|Z].
    + assert (Near : nearby d (fun y => forall k, In k gs -> value (Affine 0 (slope k)) y <> 0)).
      { apply nearby_all. intros k K. apply nonzero_nearby. unfold value. simpl.
        replace (0 + linear (slope k) d) with (linear (slope k) d) by ring. auto. }
      destruct (nearby_along F _ _ e Near) as (t & T & P & _). exists (move d t e). split.
      * rewrite linear_move, D, E. ring.
      * intros k [<-|K].
        -- rewrite linear_move, Z. intro G. apply Es.
          apply (product_zero F t); [|now apply pos_nonzero].
           rewrite <- G. ring.
        -- specialize (P k K). unfold value in P. simpl in P.
           now replace (0 + linear (slope k) (move d t e)) with (linear (slope k) (move d t e)) in P
             by ring.
    + exists d. split; auto. intros k [<-|K]; auto. Qed.

Lemma nearby_open x (P : list F -> Prop) : nearby x P -> nearby x (fun y => nearby y P).
Proof.
  intros (eps & E & H). set (two := 1 + 1 : F).
  assert (T : 0 < two) by (apply add_pos_nonneg; [apply one_pos|apply lt_le, one_pos]).
  set (half := eps * inv two). assert (Hf : 0 < half) by (apply mul_pos; auto; now apply inv_pos).
  assert (Sum : half + half = eps).
  { unfold half. replace (eps * inv two + eps * inv two) with (eps * (two * inv two)) by (unfold two;
    ring).
    rewrite inv_law by now apply pos_nonzero. ring. }
  exists half. split; auto. intros y Y. exists half. split; auto. intros z Z. apply H. intro k.
  replace (coordinate z k - coordinate x k) with
    ((coordinate z k - coordinate y k) + (coordinate y k - coordinate x k)) by ring.
  rewrite <- Sum. apply Forms.within_add; [apply Z|apply Y]. Qed.

Theorem hyperplane_not_covered h gs x (P : list F -> Prop) : not_constant h ->
  (forall g, In g gs -> cuts h g) -> on h x -> nearby x P ->
  exists y, on h y /\ nearby y P /\ forall g, In g gs -> ~ on g y.
Proof.
  intros N C X Near. apply nearby_open in Near.
  set (through := filter (fun g => if le_dec (value g x) 0 then if le_dec 0 (value g x) then true else
    false else false) gs).
  assert (Thr : forall g, In g through <-> In g gs /\ on g x).
  { intro g. unfold through. rewrite filter_In. unfold on.
    destruct (le_dec (value g x) 0) as [A|A], (le_dec 0 (value g x)) as [B|B]; split; intros [I J];
      split; auto;
      try discriminate; try (now apply le_antisym); exfalso; rewrite J in *;
        (now apply A, le_refl) || (now apply B, le_refl). }
  destruct (common_direction h through) as (d & D & Ds).
  { intros g G. apply Thr in G as [G Xg]. now apply (cutting_direction h g x); auto. }
  assert (Off : nearby x (fun y => forall g, In g gs -> ~ on g x -> ~ on g y)).
  { apply nearby_all. intros g _. destruct (eq_or_neq F (value g x) 0) as [E|E].
    - apply nearby_always. intros y O. elim O. exact E.
    - pose proof (nonzero_nearby F g x E) as M. revert M. apply nearby_weaken. auto. }
  destruct (nearby_along F x _ d (nearby_and F _ _ _ Near Off)) as (t & T & [P1 P2] & _).
  exists (move x t d). split; [|split; auto].
  - unfold on in *. rewrite value_move, X, D. ring.
  - intros g G. destruct (eq_or_neq F (value g x) 0) as [E|E]; [|now apply P2].
    unfold on. rewrite value_move, E. intro Z. apply (Ds g); [now apply Thr|].
    apply (product_zero F t); [|now apply pos_nonzero]. rewrite <- Z. ring. Qed.

End Planes.

Arguments on {F} _ _. Arguments same_plane {F} _ _. Arguments cuts {F} _ _.
