(** * The claim [equal] (format, section 6): steps, trees under steps, matches

    The steps that Checker.v has, and those of Never.v, each followed by the lines of its tree. *)

From ExactRev Require Export Checker Never.

(** Where the checker is: the working forms and matches, and the step whose tree is open. *)
Record equality := Equality {
  so_far : equal_state; searching : option (network_name * pruning * search) }.

Inductive equality_step :=
  | Plain (s : equal_step)
  | Prune (x : network_name) (p : pruning)
  | Branch (line : branch_step).

Definition form_of (x : network_name) (st : equal_state) : form :=
  match x with A => form_a st | B => form_b st end.

Definition with_form (x : network_name) (f : form) (st : equal_state) : equal_state :=
  match x with
  | A => EqualState f (form_b st) None
  | B => EqualState (form_a st) f None
  end.

(** After the last line of a tree, what it proves is done. *)
Definition settled (st : equal_state) (x : network_name) (p : pruning) (s : search) : equality :=
  if search_closed s then Equality (with_form x (prune p (form_of x st)) st) None
  else Equality st (Some (x, p, s)).

(** Every input is looked at: no row is known to be positive. *)
Definition no_rows : known_rows := fun _ => None.

Definition equality_start (a b : network_text) : option equality :=
  option_map (fun st => Equality st None) (equal_start a b).

Definition equality_take (e : equality) (s : equality_step) : option equality :=
  let '(Equality st open) := e in
  match open, s with
  | None, Plain s => option_map (fun st => Equality st None) (equal_take st s)
  | None, Prune x p =>
      match matches st with
      | None =>
          option_map (fun q => Equality st (Some (x, p, search_start q))) (inquiry_of p (form_of x st))
      | Some _ => None
      end
  | Some (x, p, s), Branch line =>
      option_map (settled st x p) (search_take no_rows (form_of x st) s line)
  | _, _ => None
  end.

Definition equality_finish (e : equality) : bool :=
  match searching e with None => equal_finish (so_far e) | Some _ => false end.

(** ** Soundness *)

Section Claim.
Variable F : OrderedField.
Local Open Scope field_scope.

Definition equality_invariant (p q : network) (e : equality) : Prop :=
  equal_invariant F p q (so_far e) /\
  match searching e with
  | Some (x, p, s) => matches (so_far e) = None /\
      inquiry_of p (form_of x (so_far e)) = Some (about s) /\
      search_invariant F no_rows (form_of x (so_far e)) s
  | None => True
  end.

Lemma with_form_invariant p q x f st : equal_invariant F p q st ->
  keeps_function F (form_of x st) f -> equal_invariant F p q (with_form x f st).
Proof. intros (KA & KB & _) K. destruct x; split; [|split| |split]; cbn; auto;
  eapply keeps_function_trans; eauto. Qed.

Lemma settled_invariant p q st x r s : equal_invariant F p q st -> matches st = None ->
  inquiry_of r (form_of x st) = Some (about s) -> search_invariant F no_rows (form_of x st) s ->
  equality_invariant p q (settled st x r s).
Proof. intros I M Q V. unfold settled. destruct (search_closed s) eqn:C; split; cbn; auto.
  apply with_form_invariant; auto. apply (search_sound F no_rows _ _ s); auto. discriminate. Qed.

Lemma equality_take_invariant p q e s e' :
  equality_invariant p q e -> equality_take e s = Some e' -> equality_invariant p q e'.
Proof.
  destruct e as [st open]. intros [I O] H. cbn [so_far searching] in *. unfold equality_take, option_map in H.
  destruct open as [[[x t] sch]|]; destruct s as [s|x' r|line]; try discriminate.
  - destruct O as (M & Q & V). destruct (search_take _ _ _ _) as [sch'|] eqn:T; [|discriminate].
    inversion H. apply settled_invariant; auto; [|eapply search_take_invariant; eauto].
    now rewrite (search_take_about _ _ _ _ _ T).
  - destruct (equal_take st s) as [st'|] eqn:T; [|discriminate]. inversion H. split; cbn; auto.
    eapply equal_take_invariant; eauto.
  - destruct (matches st) eqn:M; [discriminate|].
    destruct (inquiry_of _ _) as [i|] eqn:T; [|discriminate].
    inversion H. split; cbn; auto. split; auto. split; auto. apply search_start_invariant. Qed.

(** An accepted certificate [equal]: at every input, A and B have the same outputs. *)
Theorem equal_sound a b steps :
  judged (equality_start a b) equality_take equality_finish steps = true ->
  exists p q, read_network a = Some p /\ read_network b = Some q /\
    forall x : list F, outputs q x = outputs p x.
Proof.
  intro H. assert (S : exists st0, equal_start a b = Some st0).
  { unfold judged, equality_start in H. destruct (equal_start a b); eauto. discriminate. }
  destruct S as (st0 & S). destruct (equal_start_invariant F a b st0 S) as (p & q & P & Q & I).
  exists p, q. split; auto. split; auto. intro x.
  destruct (judged_invariant _ _ _ _ (equality_invariant p q) H) as (e & J & E).
  - intros e E. unfold equality_start in E. rewrite S in E. inversion E. now split.
  - intros. eapply equality_take_invariant; eauto.
  - unfold equality_finish in E. destruct (searching e); [discriminate|].
    apply (finished_equal F p q (so_far e)); eauto using read_network_fits. apply J. Qed.

End Claim.
