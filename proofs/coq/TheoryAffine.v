(** * Points, affine functions, and what holds near a point

    A point is the list of its coordinates; coordinates beyond its end are 0. So points need not have
    equally many coordinates, and a function of n coordinates does not look at others. "Near" means
    in a small enough box: this makes sense over every ordered field. *)

From ExactRev Require Export Field.
From ExactRev Require Forms.
Require Import Lia.

Section Affine.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation within := (@Forms.within F).
Implicit Types (a d x y : list F) (t c eps : F).

(** ** Points *)

Definition coordinate x (k : nat) : F := nth k x 0.

(** The point reached from [x] by going [t] times [d]. *)
Fixpoint move x t d : list F :=
  match x, d with
  | _, [] => x
  | [], _ => map (mul t) d
  | p :: x, q :: d => (p + t * q) :: move x t d
  end.

(** The point that has 1 at coordinate [k] and 0 elsewhere. *)
Definition unit_point (k : nat) : list F := repeat 0 k ++ [1].

Fixpoint linear a x : F :=
  match a, x with p :: a, q :: x => p * q + linear a x | _, _ => 0 end.

Lemma linear_nil a : linear a [] = 0.
Proof. destruct a; auto. Qed.

Lemma linear_scaled a t d : linear a (map (mul t) d) = t * linear a d.
Proof. revert d. induction a as [|p a IH]; intros [|q d]; simpl; try ring. rewrite IH. ring. Qed.

Lemma linear_move a : forall x t d, linear a (move x t d) = linear a x + t * linear a d.
Proof. induction a as [|p a IH]; intros [|q x] t [|r d]; simpl; try ring.
  - rewrite linear_scaled. ring.
  - rewrite IH. ring. Qed.

Lemma linear_sym a : forall x, linear a x = linear x a.
Proof. induction a as [|p a IH]; intros [|q x]; simpl; auto. rewrite IH. ring. Qed.

Lemma linear_unit a k : linear a (unit_point k) = coordinate a k.
Proof. unfold unit_point, coordinate. revert k. induction a as [|p a IH]; intros [|k]; simpl; auto.
  - rewrite linear_nil. ring.
  - rewrite IH. ring. Qed.

Lemma coordinate_scaled t d k : coordinate (map (mul t) d) k = t * coordinate d k.
Proof. unfold coordinate. revert k. induction d as [|q d IH]; intros [|k]; simpl; auto; ring. Qed.

Lemma coordinate_move x : forall t d k,
  coordinate (move x t d) k = coordinate x k + t * coordinate d k.
Proof. induction x as [|p x IH]; intros t [|q d] k.
  - unfold coordinate. simpl. destruct k; ring.
  - change (move [] t (q :: d)) with (map (mul t) (q :: d)). rewrite coordinate_scaled.
    unfold coordinate. destruct k; simpl; ring.
  - unfold coordinate. simpl. destruct k; ring.
  - destruct k; [reflexivity|]. exact (IH t d k). Qed.

(** ** Affine functions *)

Record affine := Affine { offset : F; slope : list F }.

Definition value (h : affine) x : F := offset h + linear (slope h) x.

(** [h] plus [c] times [g]. *)
Definition add_times (h : affine) c (g : affine) : affine :=
  Affine (offset h + c * offset g) (move (slope h) c (slope g)).

Definition constant c : affine := Affine c [].

Lemma value_add_times h c g x : value (add_times h c g) x = value h x + c * value g x.
Proof. unfold value, add_times. simpl. rewrite (linear_sym (move _ _ _)), linear_move.
  rewrite !(linear_sym x). ring. Qed.

Lemma value_constant c x : value (constant c) x = c.
Proof. unfold value. simpl. ring. Qed.

Lemma value_move h x t d : value h (move x t d) = value h x + t * linear (slope h) d.
Proof. unfold value. rewrite linear_move. ring. Qed.

(** What [f] gains over the unit step of coordinate [k]: for an affine function its derivative. *)
Definition gradient (f : list F -> F) (k : nat) : F := f (unit_point k) - f [].

Lemma gradient_affine h k : gradient (value h) k = coordinate (slope h) k.
Proof. unfold gradient, value. rewrite linear_unit, linear_nil. ring. Qed.

(** ** Near a point *)

(** [y] is in the box round [x] that reaches [eps] in every coordinate. *)
Definition near eps x y := forall k, within (coordinate y k - coordinate x k) eps.

(** [P] holds at all points near [x]. *)
Definition nearby x (P : list F -> Prop) := exists eps, 0 < eps /\ forall y, near eps x y -> P y.

Lemma nearby_here x (P : list F -> Prop) : nearby x P -> P x.
Proof. intros (eps & E & H). apply H. intro k.
  replace (coordinate x k - coordinate x k) with (0 : F) by ring.
  apply Forms.within_zero. now apply lt_le. Qed.

Lemma nearby_weaken x (P Q : list F -> Prop) : (forall y, P y -> Q y) -> nearby x P -> nearby x Q.
Proof. intros I (eps & E & H). exists eps. auto. Qed.

Lemma nearby_and x (P Q : list F -> Prop) :
  nearby x P -> nearby x Q -> nearby x (fun y => P y /\ Q y).
Proof.
  intros (e1 & E1 & H1) (e2 & E2 & H2). destruct (le_total F e1 e2) as [L|L]; [exists e1|exists e2];
    (split; auto); intros y Y; (split; [apply H1|apply H2]); intro k; specialize (Y k); auto;
    eapply Forms.within_le; eauto. Qed.

Lemma nearby_always x (P : list F -> Prop) : (forall y, P y) -> nearby x P.
Proof. intro H. exists 1. split; auto. apply one_pos. Qed.

Lemma nearby_all {A} x (P : A -> list F -> Prop) (l : list A) :
  (forall i, In i l -> nearby x (P i)) -> nearby x (fun y => forall i, In i l -> P i y).
Proof. induction l as [|i l IH]; intro H.
  - apply nearby_always. intros y i [].
  - apply (nearby_weaken x (fun y => P i y /\ forall j, In j l -> P j y)).
    + intros y [A1 A2] j [<-|J]; auto.
    + apply nearby_and; [apply H; now left|]. apply IH. intros j J. apply H. now right. Qed.

(** *** Bounds of linear functions *)

Definition absolute c : F := if le_dec 0 c then c else - c.

Lemma absolute_nonneg c : 0 <= absolute c.
Proof. unfold absolute. destruct (le_dec 0 c); auto. now apply opp_nonneg, lt_le. Qed.

Lemma within_product p q eps : within q eps -> within (p * q) (absolute p * eps).
Proof. intro H. unfold absolute. destruct (le_dec 0 p).
  - now apply Forms.within_scale.
  - replace (p * q) with (- p * - q) by ring. apply Forms.within_scale.
    + now apply opp_nonneg, lt_le.
    + now apply Forms.within_opp. Qed.

Fixpoint total a : F := match a with [] => 0 | p :: a => absolute p + total a end.

Lemma total_nonneg a : 0 <= total a.
Proof. induction a; simpl; [apply le_refl|]. apply add_nonneg; auto. apply absolute_nonneg. Qed.

Lemma total_bounds a k : within (coordinate a k) (total a).
Proof. unfold coordinate. revert k. induction a as [|p a IH]; intros k; simpl total.
  - destruct k; apply Forms.within_zero, le_refl.
  - destruct k; simpl.
    + apply (Forms.within_le F _ (absolute p)).
      * unfold absolute. destruct (le_dec 0 p) as [H|H]; [|apply lt_le in H];
          split; try apply le_refl; apply le_sub.
        -- replace (p - - p) with (p + p) by ring. now apply add_nonneg.
        -- replace (- p - p) with (- p + - p) by ring. now apply add_nonneg; apply opp_nonneg.
      * apply le_sub. replace (absolute p + total a - absolute p) with (total a) by ring.
        apply total_nonneg.
    + apply (Forms.within_le F _ (total a)); [apply IH|]. apply le_sub.
      replace (absolute p + total a - total a) with (absolute p) by ring. apply absolute_nonneg. Qed.

Lemma linear_within a eps : 0 <= eps -> forall d,
  (forall k, within (coordinate d k) eps) -> within (linear a d) (total a * eps).
Proof. intro E. induction a as [|p a IH]; intros [|q d] H; simpl;
    try (apply Forms.within_zero; apply mul_nonneg; auto).
  - apply le_refl.
  - apply le_refl.
  - apply add_nonneg; [apply absolute_nonneg|apply total_nonneg].
  - replace ((absolute p + total a) * eps) with (absolute p * eps + total a * eps) by ring.
    apply Forms.within_add.
    + apply within_product. exact (H 0%nat).
    + apply IH. intro k. exact (H (S k)). Qed.

Lemma more_than_total a : 0 < total a + 1.
Proof. apply add_nonneg_pos; [apply total_nonneg|apply one_pos]. Qed.

(** An affine function that is positive at a point is positive near it. *)
Lemma positive_nearby h x : 0 < value h x -> nearby x (fun y => 0 < value h y).
Proof.
  intro H. set (S := total (slope h) + 1). assert (P : 0 < S) by apply more_than_total.
  set (eps := value h x * inv S). assert (E : 0 < eps) by (apply mul_pos; [auto|now apply inv_pos]).
  exists eps. split; auto. intros y Y.
  assert (W : within (linear (slope h) (move y (- (1)) x)) (total (slope h) * eps)).
  { apply linear_within; [now apply lt_le|]. intro k. rewrite coordinate_move.
    replace (coordinate y k + - (1) * coordinate x k) with (coordinate y k - coordinate x k) by ring.
    apply Y. }
  destruct W as [_ W]. rewrite linear_move in W. apply le_sub in W.
  assert (Eq : eps * S = value h x).
  { unfold eps. replace (value h x * inv S * S) with (value h x * (S * inv S)) by ring.
    rewrite inv_law by now apply pos_nonzero. ring. }
  replace (value h y) with (eps + (total (slope h) * eps - - (linear (slope h) y +
    - (1) * linear (slope h) x))).
  - now apply add_pos_nonneg.
  - unfold value at 1. unfold value, S in Eq.
    replace (eps + (total (slope h) * eps - - (linear (slope h) y + - (1) * linear (slope h) x)))
      with (eps * (total (slope h) + 1) + linear (slope h) y - linear (slope h) x) by ring.
    rewrite Eq. ring. Qed.

Lemma negative_nearby h x : value h x < 0 -> nearby x (fun y => value h y < 0).
Proof.
  assert (V : forall y, value (add_times (constant 0) (- (1)) h) y = - value h y).
  { intro y. rewrite value_add_times, value_constant. ring. }
  intro H. apply opp_pos in H. rewrite <- V in H. apply positive_nearby in H.
  revert H. apply nearby_weaken. intros y Y. rewrite V in Y. apply lt_sub.
  replace (0 - value h y) with (- value h y) by ring. exact Y. Qed.

Lemma nonzero_nearby h x : value h x <> 0 -> nearby x (fun y => value h y <> 0).
Proof. intro N. destruct (le_or_lt F (value h x) 0) as [L|L].
  - assert (L' : value h x < 0) by now apply le_neq_lt.
    apply negative_nearby in L'. revert L'. apply nearby_weaken. intros y Y. now apply lt_neq.
  - apply positive_nearby in L. revert L. apply nearby_weaken. intros y Y. now apply pos_nonzero. Qed.

(** What holds near a point holds a little way along every line through it. *)
Lemma nearby_along x (P : list F -> Prop) d : nearby x P ->
  exists t, 0 < t /\ P (move x t d) /\ P (move x (- t) d).
Proof.
  intros (eps & E & H). assert (S := more_than_total d). set (t := eps * inv (total d + 1)).
  assert (T : 0 < t) by (apply mul_pos; [auto|now apply inv_pos]). exists t. split; auto.
  assert (W : forall k, within (t * coordinate d k) eps).
  { intro k. apply (Forms.within_le F _ (t * total d)).
    - apply Forms.within_scale; [now apply lt_le|]. apply total_bounds.
    - apply le_sub. replace eps with (t * (total d + 1)) at 1.
      + replace (t * (total d + 1) - t * total d) with t by ring. now apply lt_le.
      + unfold t. replace (eps * inv (total d + 1) * (total d + 1))
          with (eps * ((total d + 1) * inv (total d + 1))) by ring.
        rewrite inv_law by now apply pos_nonzero. ring. }
  split; apply H; intro k; rewrite coordinate_move.
  - replace (coordinate x k + t * coordinate d k - coordinate x k) with (t * coordinate d k) by ring.
    auto.
  - replace (coordinate x k + - t * coordinate d k - coordinate x k) with (- (t * coordinate d k))
    by ring.
    now apply Forms.within_opp. Qed.

(** ** Affine near a point, and bending there *)

Definition affine_near (f : list F -> F) x := exists h, nearby x (fun y => f y = value h y).

Lemma affine_near_agree f g x : nearby x (fun y => f y = g y) -> affine_near f x -> affine_near g x.
Proof. intros A [h H]. exists h. pose proof (nearby_and _ _ _ A H) as B.
  revert B. apply nearby_weaken. intros y [B1 B2]. congruence. Qed.

(** The gradient is not zero: some coordinate matters. *)
Definition not_constant (h : affine) := exists k, coordinate (slope h) k <> 0.

Lemma rising_direction h : not_constant h -> exists d, 0 < linear (slope h) d.
Proof. intros [k N]. destruct (le_or_lt F (coordinate (slope h) k) 0) as [L|L].
  - exists (map (mul (- (1))) (unit_point k)). rewrite linear_scaled, linear_unit.
    replace (- (1) * coordinate (slope h) k) with (- coordinate (slope h) k) by ring.
    apply opp_pos. now apply le_neq_lt.
  - exists (unit_point k). now rewrite linear_unit. Qed.

(** How [f] turns at [x]: what it gains [d] ahead and [d] back. *)
Definition turn (f : list F -> F) x t d : F := f (move x t d) + f (move x (- t) d) - (f x + f x).

Lemma turn_affine h x t d : turn (value h) x t d = 0.
Proof. unfold turn. rewrite !value_move. ring. Qed.

(** At a zero of [h], [c * relu h] turns by [c * t] times what [h] gains along [d]. *)
Lemma turn_relu g c h x t d : value h x = 0 -> 0 <= t -> 0 <= linear (slope h) d ->
  turn (fun y => value g y + c * relu (value h y)) x t d = c * (t * linear (slope h) d).
Proof.
  intros Z T D. unfold turn. rewrite !value_move, Z.
  assert (P : 0 <= t * linear (slope h) d) by now apply mul_nonneg.
  rewrite (relu_of_nonneg F (0 + t * linear (slope h) d)),
    (relu_of_nonpos F (0 + - t * linear (slope h) d)),
    (relu_of_nonpos F 0).
  - ring.
  - apply le_refl.
  - apply le_sub. now replace (0 - (0 + - t * linear (slope h) d)) with (t * linear (slope h) d)
    by ring.
  - now replace (0 + t * linear (slope h) d) with (t * linear (slope h) d) by ring. Qed.

(** A function that is near [x] an affine function plus [c * relu h], where [h] is 0 at [x] and not
    constant and [c] is not 0, is not affine near [x]. *)
Theorem relu_bends f g c h x : nearby x (fun y => f y = value g y + c * relu (value h y)) ->
  value h x = 0 -> not_constant h -> c <> 0 -> ~ affine_near f x.
Proof.
  intros A Z N C [k K]. destruct (rising_direction h N) as [d D].
  pose proof (nearby_and _ _ _ A K) as B. pose proof (nearby_here _ _ B) as [B1 B2].
  destruct (nearby_along _ _ d B) as (t & T & [P1 P2] & Q1 & Q2).
  assert (E : c * (t * linear (slope h) d) = 0).
  { rewrite <- (turn_relu g c h x t d) by auto using lt_le. rewrite <- (turn_affine k x t d).
    unfold turn. now rewrite <- P1, <- P2, <- Q1, <- Q2, <- B1, <- B2. }
  apply product_zero in E; auto. apply product_zero in E; [|now apply pos_nonzero].
  rewrite E in D. now apply (lt_irrefl F 0). Qed.

End Affine.

Arguments coordinate {F} _ _. Arguments move {F} _ _ _. Arguments linear {F} _ _.
  Arguments unit_point {F} _.
Arguments Affine {F} _ _. Arguments offset {F} _. Arguments slope {F} _. Arguments value {F} _ _.
Arguments add_times {F} _ _ _. Arguments constant {F} _. Arguments gradient {F} _ _.
Arguments near {F} _ _ _. Arguments nearby {F} _ _. Arguments affine_near {F} _ _.
Arguments not_constant {F} _. Arguments absolute {F} _. Arguments turn {F} _ _ _ _.
