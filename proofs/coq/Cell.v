(** * Cells: what their rows imply (format, section 9)

    A cell is the set of points of the domain at which the decided neurons have the stated signs.  It
    is cut out by forms that are positive and walls that vanish; its rows are those and what follows.
    All forms are those of the format times one positive integer, the scale. *)

From ExactRev Require Export Matching Span.
Require Import Lia OrderedTypeEx.

Module NumberMap := FMapAVL.Make N_as_OT.
Module NumberFacts := FMapFacts.WFacts_fun N_as_OT NumberMap.

Inductive sign := Plus | Minus | Null.
Inductive kind := Positive | Wall | Zero.

(** A hidden neuron: its row number, its name, its row; and the row in integers: [denominator] times
    z is [base], which is scaled, plus the sum of weight times value. *)
Record neuron := Neuron {
  number : N; name : key; its_row : row;
  denominator : Z; base : Forms.form; weights : list (key * Z) }.

(** |x_j| times the divisor is at most the constant plus the sum of factor times |row|. *)
Record norm := Norm { divisor : Z; constant : Z; factors : list (N * Z) }.

(** What does not change in a tree: the scale, the number of coordinates, the norm, the depth. *)
Record setting := Setting { scale : Z; dimension : N; the_norm : option norm; depth : N }.

Record cell := Cell {
  walls : span;
  positive : list Forms.form;               (* rows of the domain and of neurons that were split *)
  rows : NumberMap.t (kind * Forms.form);
  acts : KeyMap.t (option Forms.form);      (* values of decided neurons, None if 0 *)
  opened : list (neuron * Forms.form);      (* undecided neurons of the current layer, with their z *)
  later : list (list neuron);               (* the layers after it *)
  decided : list (row * sign);
  bound : option Forms.form }.              (* h of the format, once the norm's rows are decided *)

(** ** The bound *)

Fixpoint sum_factors (rows : NumberMap.t (kind * Forms.form)) (fs : list (N * Z)) (h : Forms.form)
  : option Forms.form :=
  match fs with
  | [] => Some h
  | (n, eta) :: fs =>
      match NumberMap.find n rows with
      | Some (Positive, f) => sum_factors rows fs (add_times eta f h)
      | Some _ => sum_factors rows fs h
      | None => None
      end
  end.

Definition bound_of (ctx : setting) (rows : NumberMap.t (kind * Forms.form)) : option Forms.form :=
  match the_norm ctx with
  | None => None
  | Some nm =>
      if forallb (fun p => NumberMap.mem (fst p) rows) (factors nm) then
        match sum_factors rows (factors nm) [constant nm] with
        | Some h => divided (divisor nm) h
        | None => None
        end
      else None
  end.

(** ** Opening a layer *)

Fixpoint sum_weights (acts : KeyMap.t (option Forms.form)) (ws : list (key * Z)) (f : Forms.form)
  : option Forms.form :=
  match ws with
  | [] => Some f
  | (k, w) :: ws =>
      match KeyMap.find k acts with
      | Some (Some g) => sum_weights acts ws (add_times w g f)
      | Some None => sum_weights acts ws f
      | None => None
      end
  end.

Fixpoint open_layer (acts : KeyMap.t (option Forms.form)) (ns : list neuron)
  : option (list (neuron * Forms.form)) :=
  match ns with
  | [] => Some []
  | n :: ns =>
      match sum_weights acts (weights n) (base n), open_layer acts ns with
      | Some f, Some rest =>
          match divided (denominator n) f with Some g => Some ((n, g) :: rest) | None => None end
      | _, _ => None
      end
  end.

(** Open the next layer if the current one is wholly decided, and note the bound. *)
Definition refresh (ctx : setting) (c : cell) : option cell :=
  let h := match bound c with Some h => Some h | None => bound_of ctx (rows c) end in
  match opened c, later c with
  | [], ns :: rest =>
      match open_layer (acts c) ns with
      | Some o => Some (Cell (walls c) (positive c) (rows c) (acts c) o rest (decided c) h)
      | None => None
      end
  | o, rest => Some (Cell (walls c) (positive c) (rows c) (acts c) o rest (decided c) h)
  end.

(** ** Decisions *)

Fixpoint pick_open (r : N) (l : list (neuron * Forms.form))
  : option (neuron * Forms.form * list (neuron * Forms.form)) :=
  match l with
  | [] => None
  | (n, f) :: l =>
      if N.eqb (number n) r then Some (n, f, l)
      else match pick_open r l with Some (p, rest) => Some (p, (n, f) :: rest) | None => None end
  end.

Inductive side := On_ | Off_ | Wall_ | Zero_.

Definition sign_of (s : side) : sign :=
  match s with On_ => Plus | Off_ => Minus | _ => Null end.
Definition kind_of (s : side) : kind :=
  match s with Wall_ => Wall | Zero_ => Zero | _ => Positive end.
Definition row_on (s : side) (f : Forms.form) : Forms.form :=
  match s with Off_ => times (-1) f | _ => f end.

Definition decide (ctx : setting) (c : cell) (n : neuron) (f : Forms.form)
  (rest : list (neuron * Forms.form)) (s : side) (ws : span) (pos : list Forms.form) : option cell :=
  refresh ctx (Cell ws pos
    (NumberMap.add (number n) (kind_of s, row_on s f) (rows c))
    (KeyMap.add (name n) (match s with On_ => Some f | _ => None end) (acts c))
    rest (later c) ((its_row n, sign_of s) :: decided c) (bound c)).

(** ** Combinations *)

(** The sum of multiplier times row, and whether one of the rows is no wall's.  Rows are named in
    ascending order; only walls may have a negative multiplier. *)
Fixpoint sum_rows (rows : NumberMap.t (kind * Forms.form)) (after : option N) (ps : list (N * Z))
  (f : Forms.form) (strict : bool) : option (Forms.form * bool) :=
  match ps with
  | [] => Some (f, strict)
  | (k, y) :: ps =>
      if match after with Some j => N.ltb j k | None => true end then
        match NumberMap.find k rows with
        | Some (Positive, g) =>
            if Z.ltb 0 y then sum_rows rows (Some k) ps (add_times y g f) true else None
        | Some (Wall, g) =>
            if Z.eqb y 0 then None else sum_rows rows (Some k) ps (add_times y g f) strict
        | _ => None
        end
      else None
  end.

(** [c t] is at least the sum of the rows plus the rest, which is returned and may be negative. *)
Definition rest_of (ctx : setting) (ce : cell) (c : Z) (t : Forms.form) (e : Z) (ps : list (N * Z))
  : option (Z * bool) :=
  match sum_rows (rows ce) None ps [] false with
  | None => None
  | Some (s, strict) =>
      let exact := add_times (-1) s (times c t) in
      let rho := if Z.eqb e 0 then Some exact
                 else option_map (fun h => add_times (- e) h exact) (bound ce) in
      match rho with
      | None => None
      | Some rho =>
          if Z.leb 0 e && Z.leb (total (tl rho)) (e * scale ctx) &&
             (Z.eqb e 0 || N.leb 1 (dimension ctx) &&
              N.leb (N.of_nat (length rho)) (N.succ (dimension ctx)))
          then Some (entry 0 rho, strict) else None
      end
  end.

(** A combination that holds: the rest is not negative. *)
Definition combined (ctx : setting) (ce : cell) (c : Z) (t : Forms.form) (e : Z) (ps : list (N * Z))
  : option (Z * bool) :=
  match rest_of ctx ce c t e ps with
  | Some (rest, strict) => if Z.leb 0 rest then Some (rest, strict) else None
  | None => None
  end.

(** ** Soundness *)

Section Soundness.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation Z_ := (@of_Z F).

Variable ctx : setting.
Hypothesis scale_positive : (0 < scale ctx)%Z.
Variable net : network.
Variable domain : list Forms.form.

Notation S_ := (Z_ (scale ctx)).

Definition z (r : row) (x : list F) : F := row_value r (values_at net x).

Definition in_domain (x : list F) : Prop := forall f, In f domain -> 0 < value f (at_point x).

Definition has_sign (v : F) (s : sign) : Prop :=
  match s with Plus => 0 < v | Minus => v < 0 | Null => v = 0 end.

Definition in_cell (c : cell) (x : list F) : Prop :=
  in_domain x /\ forall r s, In (r, s) (decided c) -> has_sign (z r x) s.

(** The row of each number of the norm, scaled, as a function of the point. *)
Variable norm_row : N -> list F -> F.

Definition norm_holds : Prop := forall nm, the_norm ctx = Some nm -> (0 < divisor nm)%Z /\ forall x (b : N -> F),
  (forall n eta, In (n, eta) (factors nm) -> within (norm_row n x) (b n)) ->
  forall j, (1 <= j <= dimension ctx)%N ->
  within (Z_ (divisor nm) * (S_ * at_point x j))
    (Z_ (constant nm) + fold_right (fun p s => Z_ (snd p) * b (fst p) + s) 0 (factors nm)).

Hypothesis norm_sound : norm_holds.
Hypothesis net_fits : network_fits net = true.

Lemma g_solved (x : list F) : solves (values_at net x) (named net).
Proof. now apply values_solve. Qed.

Definition prepared (n : neuron) : Prop :=
  In (name n, its_row n) (named net) /\ denominator n <> 0%Z /\
  (forall x, norm_row (number n) x = S_ * z (its_row n) x) /\
  forall x, Z_ (denominator n) * (S_ * z (its_row n) x) =
    value (base n) (at_point x) +
    fold_right (fun p s => Z_ (snd p) * (S_ * values_at net x (fst p)) + s) 0 (weights n).

(** What holds in every cell of a tree. *)
Record good (c : cell) : Prop := {
  g_walls : echelon (walls c);
  g_set : forall x, in_cell c x <->
    (forall f, In f (positive c) -> 0 < value f (at_point x)) /\ vanish (walls c) (at_point x);
  g_rows : forall n k f, NumberMap.find n (rows c) = Some (k, f) -> forall x, in_cell c x ->
    match k with Positive => 0 < value f (at_point x) | _ => value f (at_point x) = 0 end /\
    (forall nm eta, the_norm ctx = Some nm -> In (n, eta) (factors nm) ->
       within (norm_row n x) (match k with Positive => value f (at_point x) | _ => 0 end));
  g_zero : forall n f, NumberMap.find n (rows c) = Some (Zero, f) -> forall x, in_cell c x ->
    norm_row n x = 0;
  g_acts : forall k o, KeyMap.find k (acts c) = Some o -> forall x, in_cell c x ->
    match o with Some f => value f (at_point x) = S_ * values_at net x k
               | None => values_at net x k = 0 end;
  g_on : forall k f, KeyMap.find k (acts c) = Some (Some f) -> forall x, in_cell c x ->
    0 < values_at net x k;
  g_opened : forall n f, In (n, f) (opened c) -> In (name n, its_row n) (named net) /\
    (forall x, norm_row (number n) x = S_ * z (its_row n) x) /\
    forall x, in_cell c x -> value f (at_point x) = S_ * z (its_row n) x;
  g_later : forall ns n, In ns (later c) -> In n ns -> prepared n;
  g_decided : forall r s, In (r, s) (decided c) -> exists k, In (k, r) (named net);
  g_all : forall k r, In (k, r) (named net) -> (exists s, In (r, s) (decided c)) \/
    (exists n f, In (n, f) (opened c) /\ its_row n = r) \/
    (exists ns n, In ns (later c) /\ In n ns /\ its_row n = r);
  g_bound : forall h, bound c = Some h -> forall x, in_cell c x ->
    forall j, (1 <= j <= dimension ctx)%N -> within (S_ * at_point x j) (value h (at_point x)) }.

Lemma S_pos : 0 < S_. Proof. now apply of_Z_pos. Qed.

Lemma sum_weights_value c ws : good c -> forall f g, sum_weights (acts c) ws f = Some g ->
  forall x, in_cell c x -> value g (at_point x) = value f (at_point x) +
    fold_right (fun p s => Z_ (snd p) * (S_ * values_at net x (fst p)) + s) 0 ws.
Proof.
  intro G. induction ws as [|[k w] ws IH]; simpl; intros f g H x X.
  - inversion H. subst. ring.
  - destruct (KeyMap.find k (acts c)) as [[a|]|] eqn:E; [| |discriminate].
    + rewrite (IH _ _ H x X), value_add_times, (g_acts c G _ _ E x X). ring.
    + rewrite (IH _ _ H x X), (g_acts c G _ _ E x X). ring. Qed.

Lemma open_layer_good c ns : good c -> (forall n, In n ns -> prepared n) ->
  forall o, open_layer (acts c) ns = Some o ->
  (forall n f, In (n, f) o -> In (name n, its_row n) (named net) /\
    (forall x, norm_row (number n) x = S_ * z (its_row n) x) /\
    forall x, in_cell c x -> value f (at_point x) = S_ * z (its_row n) x) /\
  (forall n, In n ns -> exists f, In (n, f) o).
Proof.
  intro G. induction ns as [|n ns IH]; simpl; intros P o H.
  - inversion H. split; [intros ? ? []|intros ? []].
  - destruct (sum_weights (acts c) (weights n) (base n)) as [f|] eqn:W; [|discriminate].
    destruct (open_layer (acts c) ns) as [rest|]; [|discriminate].
    destruct (divided (denominator n) f) as [g|] eqn:D; [|discriminate]. inversion H. subst o.
    destruct (IH (fun m M => P m (or_intror M)) rest eq_refl) as [I1 I2]. split.
    + intros m h [E|I]; auto. inversion E. subst m h.
      destruct (P n (or_introl eq_refl)) as (A & N & B & C). split; [auto|split; [auto|]].
      intros x X. destruct (divided_value F _ _ _ (at_point x) D) as [_ V].
      rewrite (sum_weights_value c _ G _ _ W x X), <- C in V.
      apply (cancel F (Z_ (denominator n))); [now apply of_Z_nonzero|].
      transitivity (Z_ (denominator n) * value g (at_point x)); [ring|]. rewrite <- V. ring.
    + intros m [<-|M]; [exists g; now left|]. destruct (I2 m M) as [h K]. exists h. now right. Qed.

Lemma bound_of_good c h : good c -> bound_of ctx (rows c) = Some h -> forall x, in_cell c x ->
  forall j, (1 <= j <= dimension ctx)%N -> within (S_ * at_point x j) (value h (at_point x)).
Proof.
  intros G H x X j J. unfold bound_of in H. destruct (the_norm ctx) as [nm|] eqn:N; [|discriminate].
  destruct (forallb _ _); [|discriminate].
  destruct (sum_factors _ _ _) as [h'|] eqn:E; [|discriminate].
  destruct (divided_value F _ _ _ (at_point x) H) as [_ V].
  destruct (norm_sound nm N) as (Dpos & B).
  set (b := fun n => match NumberMap.find n (rows c) with
                     | Some (Positive, f) => value f (at_point x) | _ => 0 end).
  assert (Sum : forall fs g g', sum_factors (rows c) fs g = Some g' ->
    value g' (at_point x) = value g (at_point x) +
      fold_right (fun p s => Z_ (snd p) * b (fst p) + s) 0 fs /\
    forall n eta, In (n, eta) fs -> exists p, NumberMap.find n (rows c) = Some p).
  { induction fs as [|[n eta] fs IH]; simpl; intros g g' K.
    - inversion K. split; [ring|]. intros ? ? [].
    - destruct (NumberMap.find n (rows c)) as [[[| |] f]|] eqn:Q; try discriminate;
        destruct (IH _ _ K) as [IH1 IH2]; split;
        try (intros m e [I|I]; [inversion I; subst; eauto | eauto]);
        rewrite IH1; unfold b at 2; rewrite Q; [rewrite value_add_times|..]; ring. }
  destruct (Sum _ _ _ E) as [Sum1 Sum2].
  apply (within_cancel F (Z_ (divisor nm))); [now apply of_Z_pos|].
  rewrite <- V, Sum1.
  replace (value [constant nm] (at_point x)) with (Z_ (constant nm))
    by (unfold value, at_point; simpl; ring).
  apply B; auto. intros n eta I. destruct (Sum2 n eta I) as [[k f] K].
  destruct (g_rows c G n k f K x X) as [_ W]. specialize (W nm eta N I). unfold b. rewrite K.
  destruct k; exact W. Qed.

Lemma refresh_good c c' : good c -> refresh ctx c = Some c' ->
  good c' /\ decided c' = decided c.
Proof.
  intros G H. unfold refresh in H.
  set (h := match bound c with Some h => Some h | None => bound_of ctx (rows c) end) in *.
  assert (B : forall b, h = Some b -> forall x, in_cell c x -> forall j,
    (1 <= j <= dimension ctx)%N -> within (S_ * at_point x j) (value b (at_point x))).
  { intros b E. unfold h in E. destruct (bound c) as [b'|] eqn:Q.
    - apply (g_bound c G). congruence.
    - now apply bound_of_good. }
  destruct (opened c) as [|p o] eqn:O; [destruct (later c) as [|ns rest] eqn:L|].
  - inversion H. split; [|reflexivity]. destruct G. constructor; simpl; rewrite ?O, ?L in *; auto.
  - destruct (open_layer (acts c) ns) as [o|] eqn:E; [|discriminate]. inversion H. clear H.
    split; [|reflexivity].
    destruct (open_layer_good c ns G) with (o := o) as [I1 I2]; auto.
    { intros n N. apply (g_later c G ns); auto. rewrite L. now left. }
    destruct G. constructor; simpl; auto.
    + intros ns' n A. apply g_later0. rewrite L. now right.
    + intros k r K. destruct (g_all0 k r K) as [A|[(n & f & A & _)|(ns' & n & A & A2 & A3)]]; auto.
      * rewrite O in A. destruct A.
      * rewrite L in A. right. destruct A as [<-|A]; [left|right].
        -- destruct (I2 n A2) as [f Q]. eauto.
        -- eauto.
  - inversion H. split; [|reflexivity]. destruct G. constructor; simpl; rewrite ?O in *; auto. Qed.

Lemma pick_open_spec r l p rest : pick_open r l = Some (p, rest) ->
  forall q, In q l <-> q = p \/ In q rest.
Proof. revert rest. induction l as [|[n f] l IH]; simpl; intros rest H q; [discriminate|].
  destruct (N.eqb (number n) r).
  - inversion H. subst. split; intros [E|E]; auto.
  - destruct (pick_open r l) as [[p' rest']|]; [|discriminate]. inversion H. subst.
    rewrite (IH rest' eq_refl). simpl. tauto. Qed.

Lemma sign_scaled v f s : f = S_ * v -> has_sign f s <-> has_sign v s.
Proof.
  intros ->. pose proof S_pos as P. destruct s; simpl.
  - split; intro H; [now apply mul_cancel_pos in H | now apply mul_pos].
  - split; intro H.
    + apply opp_pos in H. replace (- (S_ * v)) with (S_ * - v) in H by ring.
      apply mul_cancel_pos in H; auto. apply lt_sub. now replace (0 - v) with (- v) by ring.
    + apply opp_pos in H. apply lt_sub. replace (0 - S_ * v) with (S_ * - v) by ring.
      now apply mul_pos.
  - split; intro H; [|rewrite H; ring]. apply product_zero in H; auto. now apply pos_nonzero. Qed.

Lemma decide_good c r n f rest s ws pos c' : good c ->
  pick_open r (opened c) = Some (n, f, rest) -> echelon ws ->
  (forall x, (in_cell c x /\ has_sign (value f (at_point x)) (sign_of s)) <->
     (forall g, In g pos -> 0 < value g (at_point x)) /\ vanish ws (at_point x)) ->
  decide ctx c n f rest s ws pos = Some c' ->
  good c' /\ forall x, in_cell c' x <-> in_cell c x /\ has_sign (value f (at_point x)) (sign_of s).
Proof.
  intros G P E H D. unfold decide in D.
  pose proof (pick_open_spec _ _ _ _ P) as Q.
  destruct (g_opened c G n f) as (Nm & Link & Z). { apply Q. now left. }
  set (c1 := Cell _ _ _ _ _ _ _ _) in D.
  assert (In1 : forall x, in_cell c1 x <-> in_cell c x /\ has_sign (value f (at_point x)) (sign_of s)).
  { intro x. unfold in_cell. simpl. split.
    - intros [X A]. assert (X' : in_cell c x) by (split; auto). split; [split; auto|].
      rewrite (sign_scaled _ _ _ (Z x X')). apply A. now left.
    - intros [[X A] B]. split; auto. intros r' s' [I|I]; auto. inversion I. subst.
      now apply (sign_scaled _ _ _ (Z x (conj X A))). }
  assert (Sub : forall x, in_cell c1 x -> in_cell c x) by (intros x X; now apply In1 in X).
  assert (G1 : good c1).
  { constructor; simpl.
    - exact E.
    - intro x. rewrite In1. apply H.
    - intros m k g K x X. rewrite NumberFacts.add_o in K.
      destruct (NumberMap.E.eq_dec (number n) m) as [Em|Em].
      + change (number n = m) in Em. inversion K. subst m k g. clear K.
        apply In1 in X as [X Sg]. rewrite (Z x X) in Sg. pose proof (Z x X) as Zx. split.
        * destruct s; simpl in *; rewrite ?value_times, Zx; auto.
          change (-1)%Z with (- (1))%Z. rewrite of_Z_opp, of_Z_1.
          apply opp_pos in Sg. now replace (- (1) * (S_ * z (its_row n) x)) with (- (S_ * z (its_row n) x)) by ring.
        * intros nm eta _ _. rewrite Link, <- Zx. rewrite <- Zx in Sg.
          destruct s; simpl in *; rewrite ?value_times.
          -- split; [apply le_refl|]. apply lt_le in Sg. apply (le_trans F _ 0); auto.
             apply le_sub. now replace (0 - - value f (at_point x)) with (value f (at_point x)) by ring.
          -- change (-1)%Z with (- (1))%Z. rewrite of_Z_opp, of_Z_1.
             apply lt_le in Sg.
             replace (- (1) * value f (at_point x)) with (- value f (at_point x)) by ring.
             split; [|apply le_refl]. apply (le_trans F _ 0); auto. now apply opp_nonneg.
          -- rewrite Sg. apply within_zero, le_refl.
          -- rewrite Sg. apply within_zero, le_refl.
      + destruct (g_rows c G m k g K x (Sub x X)) as [A B]. auto.
    - intros m g K x X. rewrite NumberFacts.add_o in K. destruct (NumberMap.E.eq_dec (number n) m) as [Em|Em].
      + change (number n = m) in Em. subst m. assert (s = Zero_) by (destruct s; simpl in K; congruence). subst s.
        apply In1 in X as [X Sg]. simpl in Sg. now rewrite Link, <- (Z x X).
      + apply (g_zero c G m g K x (Sub x X)).
    - intros k o K x X. rewrite KeyFacts.add_o in K. destruct (KeyMap.E.eq_dec (name n) k) as [Ek|Ek].
      + change (name n = k) in Ek. inversion K. subst k o. clear K. apply In1 in X as [X Sg].
        assert (V : values_at net x (name n) = relu (z (its_row n) x)).
        { pose proof (g_solved x) as Sv. unfold solves in Sv. rewrite Forall_forall in Sv.
          exact (Sv _ Nm). }
        pose proof (proj1 (sign_scaled _ _ _ (Z x X)) Sg) as Zs.
        destruct s; simpl in Zs; rewrite V.
        * rewrite relu_of_nonneg by now apply lt_le. now apply Z.
        * apply relu_of_nonpos. now apply lt_le.
        * rewrite Zs. apply relu_of_nonpos, le_refl.
        * rewrite Zs. apply relu_of_nonpos, le_refl.
      + apply (g_acts c G k o K x (Sub x X)).
    - intros k g K x X. rewrite KeyFacts.add_o in K. destruct (KeyMap.E.eq_dec (name n) k) as [Ek|Ek].
      + change (name n = k) in Ek. subst k. apply In1 in X as [X Sg].
        pose proof (g_solved x) as Sv. unfold solves in Sv. rewrite Forall_forall in Sv.
        pose proof (Sv _ Nm) as V. cbn [fst snd] in V.
        pose proof (proj1 (sign_scaled _ _ _ (Z x X)) Sg) as Zs. destruct s; inversion K. simpl in Zs.
        rewrite V. change (0 < relu (z (its_row n) x)). now rewrite relu_of_nonneg by now apply lt_le.
      + apply (g_on c G k g K x (Sub x X)).
    - intros m g I. destruct (g_opened c G m g) as (A & B & C); [apply Q; now right|].
      repeat split; auto.
    - exact (g_later c G).
    - intros r' s' [I|I]; [inversion I; subst; eauto|]. now apply (g_decided c G r' s').
    - intros k r' K. destruct (g_all c G k r' K) as [(s' & A)|[(m & g & A & B)|A]]; eauto.
      apply Q in A as [A|A].
      + inversion A. subst. eauto.
      + right. left. eauto.
    - intros h Hh x X. apply (g_bound c G h Hh x (Sub x X)). }
  destruct (refresh_good c1 c' G1 D) as [G' Dc]. split; auto.
  intro x. rewrite <- In1. unfold in_cell. rewrite Dc. reflexivity. Qed.

(** ** What a combination implies *)

Lemma sum_rows_value c x : good c -> in_cell c x -> forall ps after f strict g strict',
  sum_rows (rows c) after ps f strict = Some (g, strict') ->
  exists extra, value g (at_point x) = value f (at_point x) + extra /\ 0 <= extra /\
    (strict' = true -> strict = true \/ 0 < extra).
Proof.
  intros G X. induction ps as [|[k y] ps IH]; simpl; intros after f strict g strict' H.
  - inversion H. exists 0. split; [ring|]. split; [apply le_refl|auto].
  - destruct (match after with Some j => N.ltb j k | None => true end); [|discriminate].
    destruct (NumberMap.find k (rows c)) as [[[| |] r]|] eqn:E; try discriminate.
    + destruct (Z.ltb 0 y) eqn:Y; [|discriminate]. apply Z.ltb_lt in Y.
      destruct (g_rows c G _ _ _ E x X) as [P _].
      destruct (IH _ _ _ _ _ H) as (extra & V & Nn & _).
      assert (0 < Z_ y * value r (at_point x)) by (apply mul_pos; auto; now apply of_Z_pos).
      exists (Z_ y * value r (at_point x) + extra). rewrite V, value_add_times.
      split; [ring|]. split; [apply lt_le|right]; now apply add_pos_nonneg.
    + destruct (Z.eqb y 0); [discriminate|]. destruct (g_rows c G _ _ _ E x X) as [P _].
      destruct (IH _ _ _ _ _ H) as (extra & V & Nn & St). exists extra.
      rewrite V, value_add_times, P. split; [ring|]. split; auto. Qed.

Lemma tail_length (f : Forms.form) : length (tl f) = pred (length f).
Proof. now destruct f. Qed.

(** At each point of the cell, [c t] is the rest and something nonnegative, which is positive if one
    of the rows is no wall's. *)
Theorem rest_sound ce c t e ps rest strict x : good ce -> in_cell ce x ->
  rest_of ctx ce c t e ps = Some (rest, strict) ->
  exists extra, Z_ c * value t (at_point x) = Z_ rest + extra /\ 0 <= extra /\
    (strict = true -> 0 < extra).
Proof.
  intros G X H. unfold rest_of in H.
  destruct (sum_rows (rows ce) None ps [] false) as [[s st]|] eqn:E; [|discriminate].
  destruct (sum_rows_value ce x G X _ _ _ _ _ _ E) as (extra & V & Nn & St).
  replace (value [] (at_point x)) with (0 : F) in V by reflexivity.
  set (exact := add_times (-1) s (times c t)) in *.
  assert (Ex : value exact (at_point x) = Z_ c * value t (at_point x) - extra).
  { unfold exact. rewrite value_add_times, value_times, V. change (-1)%Z with (- (1))%Z.
    rewrite of_Z_opp, of_Z_1. ring. }
  assert (K : exists rho, (if Z.eqb e 0 then Some exact
      else option_map (fun h => add_times (- e) h exact) (bound ce)) = Some rho).
  { destruct (if Z.eqb e 0 then Some exact else _); [eauto|discriminate]. }
  destruct K as (rho & K). rewrite K in H. destruct (_ && _) eqn:C; [|discriminate].
  inversion H. subst rest st. clear H. rewrite !andb_true_iff in C.
  destruct C as [[C1 C3] C4]. apply Z.leb_le in C1, C3.
  assert (Rho : value rho (at_point x) = Z_ (entry 0 rho) + value_from 1 (tl rho) (at_point x)).
  { destruct rho as [|a f]; unfold value; cbn [value_from entry tl].
    - rewrite of_Z_0. ring.
    - change (at_point x 0%N) with (@one F). change (N.succ 0) with 1%N. simpl (N.eqb 0 0).
      cbv iota. ring. }
  assert (Key : exists more, 0 <= more /\
    Z_ c * value t (at_point x) - extra = Z_ (entry 0 rho) + more).
  { destruct (Z.eqb_spec e 0) as [->|Ne].
    - inversion K. subst rho. exists 0. split; [apply le_refl|]. rewrite <- Ex, Rho.
      rewrite (value_is_zero_from F (tl exact)); [ring|].
      assert (T : total (tl exact) = 0%Z) by (pose proof (total_nonneg (tl exact)); lia).
      clear -T. induction (tl exact) as [|a f IH]; auto. simpl in *. fold (total f) in T.
      pose proof (total_nonneg f). rewrite IH by lia. rewrite andb_true_r. apply Z.eqb_eq. lia.
    - destruct (bound ce) as [h|] eqn:B; [|discriminate]. simpl in K. inversion K. subst rho.
      clear K. simpl in C4. apply andb_true_iff in C4 as [C4 C5]. apply N.leb_le in C4, C5.
      set (hv := value h (at_point x)) in *. set (rho := add_times (- e) h exact) in *.
      pose proof (g_bound ce G h B x X) as W. fold hv in W.
      assert (Hn : 0 <= hv) by (apply (within_nonneg F (S_ * at_point x 1%N)), W; lia).
      set (v := value_from 1 (tl rho) (at_point x)) in *.
      assert (L : within (S_ * v) (Z_ (total (tl rho)) * hv)).
      { assert (Sc : forall f i, S_ * value_from i f (at_point x) =
          value_from i f (fun k => S_ * at_point x k)).
        { clear. induction f as [|b f IH]; intro i; simpl; [ring|]. rewrite <- IH. ring. }
        unfold v. rewrite Sc. apply value_within; auto. intros k Hk. apply W.
        pose proof (tail_length rho). lia. }
      exists (v + Z_ e * hv). split.
      + apply (mul_cancel_nonneg F S_); [apply S_pos|]. destruct L as [_ L]. apply le_sub in L.
        replace (S_ * (v + Z_ e * hv)) with
          ((Z_ (total (tl rho)) * hv - - (S_ * v)) + Z_ (e * scale ctx - total (tl rho)) * hv)
          by (rewrite of_Z_sub, of_Z_mul; ring).
        apply add_nonneg; auto. apply mul_nonneg; auto. apply of_Z_nonneg. lia.
      + rewrite <- Ex. assert (R : value rho (at_point x) = - Z_ e * hv + value exact (at_point x)).
        { unfold rho, hv. rewrite value_add_times, of_Z_opp. reflexivity. }
        rewrite Rho in R. fold v in R.
        replace (value exact (at_point x)) with
          ((- Z_ e * hv + value exact (at_point x)) + Z_ e * hv) by ring.
        rewrite <- R. ring. }
  destruct Key as (more & M & Eq). exists (extra + more). split; [|split].
  - replace (Z_ c * value t (at_point x)) with
      (Z_ c * value t (at_point x) - extra + extra) by ring. rewrite Eq. ring.
  - now apply add_nonneg.
  - intro T. apply add_pos_nonneg; auto. destruct (St T); [discriminate|auto]. Qed.

Theorem combined_sound ce c t e ps rest strict x : good ce -> in_cell ce x ->
  combined ctx ce c t e ps = Some (rest, strict) ->
  (0 <= rest)%Z /\ exists extra, Z_ c * value t (at_point x) = Z_ rest + extra /\ 0 <= extra /\
    (strict = true -> 0 < extra).
Proof.
  intros G X H. unfold combined in H. destruct (rest_of ctx ce c t e ps) as [[r s]|] eqn:E; [|discriminate].
  destruct (Z.leb 0 r) eqn:L; [|discriminate]. inversion H. subst r s. split; [now apply Z.leb_le|].
  eapply rest_sound; eauto. Qed.

End Soundness.
