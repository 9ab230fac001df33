(** * Where a claim is made: a domain with an interior, or one in a hyperplane (format, section 11)

    Of a domain in a hyperplane, inputs are taken out first; the tree is one in the inputs that are
    left, in which the domain has an interior. *)

Require Import Lia.
From ExactRev Require Export Reduced Restricted.

(** Inputs that are taken out, each by a row and a combination that shows that this row is 0; and a point
    inside, in the inputs that are left. *)
Record plane_text := PlaneText {
  taken_out : list (N * N * list (N * Z));
  point_inside : list Q }.

Fixpoint pin_all (pc : piece) (ps : list (N * N * list (N * Z))) : option piece :=
  match ps with
  | [] => Some pc
  | (r, j, qs) :: ps => match pin pc r j qs with Some pc' => pin_all pc' ps | None => None end
  end.

(** The hidden layers, each neuron with its name. *)
Fixpoint named_layers (l : N) (layers : list (list row)) : list (list (key * row)) :=
  match layers with
  | [] => []
  | rows :: layers => name_rows l 0 rows :: named_layers (N.succ l) layers
  end.

(** The number of inputs that are left, the rows of the domain and the network in these inputs. *)
Definition on_plane (n : N) (net : network) (rows : list (list Q)) (t : plane_text)
  : option (N * list row * network) :=
  if negb (is_nil (taken_out t)) && forallb (fun ws => N.eqb (size ws) (N.succ n)) rows then
    match pin_all (Piece (map domain_row rows) []) (taken_out t) with
    | Some pc =>
        match interior_rows_of n pc (point_inside t),
              restricted n (named_layers 1 (hidden net)) (output net) pc with
        | Some drows, Some left => Some (size (free_inputs n pc), drows, left)
        | _, _ => None
        end
    | None => None
    end
  else None.

(** The same for a domain as it is stated, or in a hyperplane. *)
Definition on_ground (n : N) (net : network) (rows : list (list Q)) (p : option plane_text)
  : option (N * list row * network) :=
  match p with
  | Some t => on_plane n net rows t
  | None => if domain_is_well_formed n rows then Some (n, map domain_row rows, net) else None
  end.

(** A tree of depth 0 on a network, restricted if the domain is in a hyperplane, and reduced; the root and
    the row number of the first output. *)
Definition grow_on (n : N) (net : network) (p : option plane_text) (steps : list reduction) (t : root_text)
  : option (network * (setting * cell * N)) :=
  match on_ground n net (domain_rows t) p with
  | Some (k, drows, net') =>
      match reduced_network net' steps with
      | Some left =>
          if N.eqb (stated_depth t) 0 then option_map (pair left) (grow left k drows (its_norm t)) else None
      | None => None
      end
  | None => None
  end.

(** ** Soundness *)

Section Soundness.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation Q_ := (@of_Q F).
Local Notation affine := (affine F).

(** The point is in the closed domain, of which a claim speaks if it has an interior or inputs are taken out. *)
Definition spoken_of (rows : list (list Q)) (p : option plane_text) (x : list F) : Prop :=
  in_closed F (map domain_row rows) x /\ (p = None -> has_interior F (map domain_row rows)).

Lemma pin_all_sound ps x : forall pc pc', pin_all pc ps = Some pc' -> in_piece F pc x -> in_piece F pc' x.
Proof.
  induction ps as [|[[r j] qs] ps IH]; simpl; intros pc pc' H I; [inversion H; now subst|].
  destruct (pin pc r j qs) as [pc0|] eqn:E; [|discriminate]. apply (IH pc0); auto. eapply pin_sound; eauto. Qed.

Lemma concat_named_layers layers : forall l, concat (named_layers l layers) = name_layers l layers.
Proof. induction layers as [|rows layers IH]; intro l; simpl; auto. now rewrite IH. Qed.

(** What a tree on the ground knows is what the network's outputs are. *)
Theorem on_ground_sound n net rows p k drows left : network_fits net = true ->
  on_ground n net rows p = Some (k, drows, left) ->
  forall x, spoken_of rows p x ->
  network_fits left = true /\ has_interior F drows /\
  exists y, in_closed F drows y /\ outputs left y = outputs net x.
Proof.
  intros Fit H x [X In]. destruct p as [t|]; simpl in H.
  - unfold on_plane in H. destruct (_ && _); [|discriminate].
    destruct (pin_all _ _) as [pc|] eqn:P; [|discriminate].
    destruct (interior_rows_of n pc _) as [drows'|] eqn:I; [|discriminate].
    destruct (restricted n _ _ pc) as [left'|] eqn:R; [|discriminate].
    inversion H. subst k drows' left'. clear H.
    assert (Px : in_piece F pc x).
    { eapply pin_all_sound; eauto. split; [exact X|]. intros ? ? []. }
    destruct (interior_rows_sound F n pc _ drows I) as [Inner Closed].
    destruct (restricted_outputs F n (named_layers 1 (hidden net)) x (values_at net x)) with
      (rows := output net) (pc := pc) (net := left) as [Fl Out]; auto.
    + rewrite concat_named_layers. now apply values_solve.
    + intro i. apply values_input.
    + apply Px.
    + split; auto. split; auto. exists (left_of F (free_inputs n pc) x). split; [exact (Closed x Px)|exact Out].
  - destruct (domain_is_well_formed n rows); [|discriminate]. inversion H. subst. split; auto. split; auto.
    exists x. auto. Qed.

Theorem grow_on_sound n net p steps t left ctx c first : network_fits net = true ->
  grow_on n net p steps t = Some (left, (ctx, c, first)) ->
  exists w forms drows, grown F ctx c drows (outputs left) first w forms /\
    length (hidden w) = S (length (hidden left)) /\
    forall x, spoken_of (domain_rows t) p x ->
      has_interior F drows /\ exists y, in_closed F drows y /\ outputs left y = outputs net x.
Proof.
  unfold grow_on. intros Fit H. destruct (on_ground _ _ _ _) as [[[k drows] net']|] eqn:G; [|discriminate].
  destruct (reduced_network net' steps) as [left'|] eqn:L; [|discriminate].
  destruct (N.eqb _ 0); [|discriminate]. destruct (grow left' k drows _) as [g|] eqn:Gr; [|discriminate].
  inversion H. subst left' g. clear H.
  destruct (grow_grown F _ _ _ _ _ _ _ Gr) as (w & forms & W & Lw). exists w, forms, drows.
  split; auto. split; auto. intros x X.
  destruct (on_ground_sound n net _ p k drows net' Fit G x X) as (Fn & I & y & Y & Out). split; auto.
  exists y. split; auto. now rewrite (reduced_network_outputs F net' steps left y Fn L). Qed.

(** A point that a claim speaks of is approached from the root, and the tree knows the outputs there. *)
Corollary ground_approached n net p steps t left ctx c first : network_fits net = true ->
  grow_on n net p steps t = Some (left, (ctx, c, first)) ->
  exists w forms drows, grown F ctx c drows (outputs left) first w forms /\
    length (hidden w) = S (length (hidden left)) /\
    forall x, spoken_of (domain_rows t) p x ->
      (exists y, outputs left y = outputs net x) /\
      exists u, approached F w forms c u /\ forall i, norm_row F (scale ctx) forms w (first + N.of_nat i) u =
        of_Z (scale ctx) * nth i (outputs net x) 0.
Proof.
  intros Fit H. destruct (grow_on_sound n net p steps t left ctx c first Fit H) as (w & forms & drows & G & Lw & S).
  exists w, forms, drows. split; auto. split; auto. intros x X. destruct (S x X) as (In & y & Y & Out).
  split; [now exists y|]. destruct (closed_approached F ctx c drows (outputs left) first w forms y G Y In) as (u & A & K).
  exists u. split; auto. intro i. now rewrite K, Out. Qed.

End Soundness.
