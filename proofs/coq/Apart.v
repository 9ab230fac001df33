(** * How far A and B are apart on a domain: what [equal-on] and [within] begin with (format, section 11) *)

From ExactRev Require Export PutAway.
Require Import Lia.

(** ** The difference *)

(** One output less [s] times another one, less [t]. *)
Definition difference_row (ours theirs : row) (s t : Q) : row :=
  let r := add_multiple ours (q_opp s) theirs in Row (q_add (bias r) (q_opp t)) (inputs r) (neurons r).

Fixpoint difference_rows (ours theirs : list row) (ss ts : list Q) : list row :=
  match ours, theirs, ss, ts with
  | r :: ours, q :: theirs, s :: ss, t :: ts => difference_row r q s t :: difference_rows ours theirs ss ts
  | _, _, _, _ => []
  end.

(** The network whose outputs are those of A less those of B, times the scales plus the shifts. *)
Definition difference (n : N) (p q : network) (ss ts : list Q) : option network :=
  if inputs_below n p && inputs_below n q then
    match side_by_side 0 [Placed 0 n p; Placed 0 n q] with
    | (layers, [ours; theirs]) =>
        match replant layers (difference_rows ours theirs ss ts) with
        | Some net => if network_fits net then Some net else None
        | None => None
        end
    | _ => None
    end
  else None.

(** ** What stands before [proof] *)

Record apart_text := ApartText {
  scales : list Q;
  shifts : list Q;
  reductions : list reduction;
  apart_plane : option plane_text;          (* for a domain in a hyperplane *)
  apart_root : root_text }.

(** The closed domain, of which the claim speaks if it has an interior or inputs are taken out. *)
Definition apart_spoken_of (F : OrderedField) (t : apart_text) (x : list F) : Prop :=
  spoken_of F (domain_rows (apart_root t)) (apart_plane t) x.

(** The difference of A and B; what is left of it, the tree's root and the row number of the first output;
    and how many outputs there are. *)
Definition apart_grown (a b : network_text) (t : apart_text)
  : option (network * (network * (setting * cell * N)) * nat) :=
  match read_two a b with
  | Some (p, q) =>
      if N.eqb (size (scales t)) (size (output p)) && N.eqb (size (shifts t)) (size (output p)) &&
         forallb (fun s => negb (q_is_zero s)) (scales t) then
        match difference (input_count a) p q (scales t) (shifts t) with
        | Some net =>
            option_map (fun g => (net, g, length (output p)))
              (grow_on (input_count a) net (apart_plane t) (reductions t) (apart_root t))
        | None => None
        end
      else None
  | None => None
  end.

(** The same, without the network that is left. *)
Definition apart_begin (a b : network_text) (t : apart_text) : option (network * (setting * cell * N) * nat) :=
  option_map (fun b => let '(net, g, m) := b in (net, snd g, m)) (apart_grown a b t).

(** The row numbers of the outputs. *)
Definition output_numbers (first : N) (m : nat) : list N := map (fun i => (first + N.of_nat i)%N) (seq 0 m).

(** ** Soundness *)

Section Soundness.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation Z_ := (@of_Z F).
Local Notation Q_ := (@of_Q F).

(** Outputs times scales plus shifts. *)
Fixpoint adjusted (ss ts : list Q) (ys : list F) : list F :=
  match ss, ts, ys with
  | s :: ss, t :: ts, y :: ys => (Q_ s * y + Q_ t) :: adjusted ss ts ys
  | _, _, _ => []
  end.

Fixpoint less (ys zs : list F) : list F :=
  match ys, zs with
  | y :: ys, z :: zs => (y - z) :: less ys zs
  | _, _ => []
  end.

Lemma difference_row_value r q s t v :
  row_value (difference_row r q s t) v = row_value r v - (Q_ s * row_value q v + Q_ t).
Proof.
  pose proof (add_multiple_value F r (q_opp s) q v) as A. rewrite of_Q_opp in A.
  unfold difference_row. set (a := add_multiple r (q_opp s) q) in *. unfold row_value in *.
  cbn [bias inputs neurons]. rewrite of_Q_add, of_Q_opp.
  replace (Q_ (bias a) + - Q_ t + (sum_terms (inputs a) (fun i => v (0%N, i)) + sum_terms (neurons a) v))
    with (Q_ (bias a) + (sum_terms (inputs a) (fun i => v (0%N, i)) + sum_terms (neurons a) v) - Q_ t) by ring.
  rewrite A. ring. Qed.

Lemma difference_rows_value v ours : forall theirs ss ts,
  map (fun r => row_value r v) (difference_rows ours theirs ss ts) =
  less (map (fun r => row_value r v) ours) (adjusted ss ts (map (fun r => row_value r v) theirs)).
Proof. induction ours as [|r ours IH]; intros [|q theirs] [|s ss] [|t ts]; simpl; auto.
  now rewrite IH, difference_row_value. Qed.

Theorem difference_outputs n p q ss ts net x : network_fits p = true -> network_fits q = true ->
  difference n p q ss ts = Some net ->
  network_fits net = true /\ outputs net x = less (outputs p x) (adjusted ss ts (outputs q x)).
Proof.
  unfold difference. intros Fp Fq H. destruct (inputs_below n p && inputs_below n q) eqn:B; [|discriminate].
  apply andb_true_iff in B as [Bp Bq].
  destruct (side_by_side 0 _) as [layers outs] eqn:E.
  destruct outs as [|ours [|theirs [|]]]; try discriminate.
  destruct (replant layers _) as [net'|] eqn:R; [|discriminate].
  destruct (network_fits net') eqn:Fit; [|discriminate]. inversion H. subst net'. split; auto.
  set (nets := [Placed 0 n p; Placed 0 n q]) in *.
  destruct (side_by_side_solved F nets [x; x] x layers [ours; theirs]) as [Sv Vs]; auto.
  - repeat constructor; auto.
  - repeat constructor; intros i _; unfold side_valuation; cbn [fst snd first_input];
      now rewrite N.add_0_l.
  - rewrite (replant_values F (side_valuation F nets [x; x] x) x (fun i => eq_refl) layers _ net Sv R).
    rewrite difference_rows_value. simpl in Vs. inversion Vs as [[V1 V2]]. now rewrite V1, V2. Qed.

(** What is known at the start of a proof about the difference. *)
Lemma apart_grown_begun a b t net left ctx c first m :
  apart_grown a b t = Some (net, (left, (ctx, c, first)), m) ->
  exists p q w forms drows, read_network a = Some p /\ read_network b = Some q /\
    m = length (output p) /\ m = length (output q) /\ m = length (scales t) /\ m = length (shifts t) /\
    network_fits net = true /\
    (forall x, outputs net x = less (outputs p x) (adjusted (scales t) (shifts t) (outputs q x))) /\
    grown F ctx c drows (outputs left) first w forms /\ speaks_of F ctx forms first w left /\
    computes_in_slice F ctx forms first w (network_in_slice (slice_of (apart_root t)) left) /\
    forall x, apart_spoken_of F t x -> (exists y, outputs left y = outputs net x) /\
      exists u, approached F w forms c u /\ forall i, norm_row F (scale ctx) forms w (first + N.of_nat i) u = Z_ (scale ctx) * nth i (outputs net x) 0.
Proof.
  unfold apart_grown. destruct (read_two a b) as [[p q]|] eqn:R; [|discriminate].
  destruct (_ && _) eqn:C; [|discriminate]. rewrite !andb_true_iff, !N.eqb_eq, !size_length in C.
  destruct C as [[C1 C2] _].
  destruct (difference _ p q _ _) as [net'|] eqn:D; [|discriminate].
  destruct (grow_on _ _ _ _ _) as [[left' [[ctx' c'] first']]|] eqn:G; [|discriminate].
  intro H. inversion H. subst net' left' ctx' c' first' m. clear H.
  unfold read_two in R. destruct (read_network a) as [p'|] eqn:Rp; [|discriminate].
  destruct (read_network b) as [q'|] eqn:Rq; [|discriminate].
  destruct (_ && _) eqn:E; [|discriminate]. inversion R. subst p' q'. clear R.
  apply andb_true_iff in E as [_ E]. apply N.eqb_eq in E. rewrite !size_length in E.
  pose proof (read_network_fits _ _ Rp) as Fp. pose proof (read_network_fits _ _ Rq) as Fq.
  pose proof (fun x => difference_outputs _ _ _ _ _ _ x Fp Fq D) as Out.
  destruct (Out []) as [Fit _].
  destruct (ground_spoken_of F _ _ _ _ _ _ _ _ _ Fit G) as (w & forms & drows & Gr & Sp & Sl & Ap).
  exists p, q, w, forms, drows. do 7 (split; [solve [auto | lia]|]). split; [intro x; now apply Out|].
  auto. Qed.

Corollary apart_begun a b t net ctx c first m : apart_begin a b t = Some (net, (ctx, c, first), m) ->
  exists p q w forms drows known, read_network a = Some p /\ read_network b = Some q /\
    m = length (output p) /\ m = length (output q) /\ m = length (scales t) /\ m = length (shifts t) /\
    network_fits net = true /\
    (forall x, outputs net x = less (outputs p x) (adjusted (scales t) (shifts t) (outputs q x))) /\
    grown F ctx c drows known first w forms /\
    forall x, apart_spoken_of F t x -> exists u, approached F w forms c u /\
      forall i, norm_row F (scale ctx) forms w (first + N.of_nat i) u = Z_ (scale ctx) * nth i (outputs net x) 0.
Proof.
  unfold apart_begin. destruct (apart_grown a b t) as [[[net' [left [[ctx' c'] first']]] m']|] eqn:B; [|discriminate].
  intro H. inversion H. subst. clear H.
  destruct (apart_grown_begun _ _ _ _ _ _ _ _ _ B)
    as (p & q & w & forms & drows & Rp & Rq & Mp & Mq & Ms & Mt & Fit & Out & G & _ & _ & Ap).
  exists p, q, w, forms, drows, (outputs left). do 9 (split; [assumption|]).
  intros x X. now destruct (Ap x X) as [_ A]. Qed.

Lemma outputs_length net (x : list F) : length (outputs net x) = length (output net).
Proof. apply map_length. Qed.

Lemma adjusted_length ss : forall ts ys, length ss = length ys -> length ts = length ys ->
  length (adjusted ss ts ys) = length ys.
Proof. induction ss as [|s ss IH]; intros [|t ts] [|y ys] A B; simpl in *; try discriminate; auto. Qed.

Lemma less_length ys : forall zs n, length ys = n -> length zs = n -> length (less ys zs) = n.
Proof. induction ys as [|y ys IH]; intros [|z zs] n A B; simpl in *; try congruence.
  destruct n; [discriminate|]. rewrite (IH zs n); congruence. Qed.

Lemma less_zero ys : forall zs, length ys = length zs ->
  (forall i, (i < length ys)%nat -> nth i (less ys zs) 0 = 0) -> ys = zs.
Proof. induction ys as [|y ys IH]; intros [|z zs] L H; try discriminate; auto. f_equal.
  - specialize (H 0%nat). simpl in H. replace y with (y - z + z) by ring. rewrite H by lia. ring.
  - apply IH; [now inversion L|]. intros i I. apply (H (S i)). simpl. lia. Qed.

Lemma output_numbers_in first m i : (i < m)%nat -> In (first + N.of_nat i)%N (output_numbers first m).
Proof. intro I. unfold output_numbers. apply (in_map (fun i => (first + N.of_nat i)%N)).
  apply in_seq. lia. Qed.

End Soundness.
