(** * Networks in the inputs that are left of a piece (format, sections 10.2 and 11) *)

From ExactRev Require Export Piece.

(** A row in the inputs that are left of a piece. *)
Definition left_row (m : NumberMap.t row) (p : NumberMap.t N) (r : row) : option row :=
  if forallb (fun t : term key => negb (N.eqb (fst (fst t)) 0)) (neurons r) then restricted_row m p r else None.

(** The network in the inputs that are left of a piece, with rows for outputs. *)
Definition restricted (n : N) (layers : list (list (key * row))) (rows : list row) (pc : piece) : option network :=
  let m := pins_map (pinned pc) in
  let p := places (free_inputs n pc) in
  let left n := if N.eqb (fst (fst n)) 0 then None else option_map (pair (fst n)) (left_row m p (snd n)) in
  match collect (collect left) layers, collect (left_row m p) rows with
  | Some ls, Some rs =>
      match replant ls rs with
      | Some net => if network_fits net then Some net else None
      | None => None
      end
  | _, _ => None
  end.

Section Soundness.
Variable F : OrderedField.
Local Open Scope field_scope.
Add Ring F_ring : (field_ring F).
Local Notation Q_ := (@of_Q F).
Local Notation affine := (affine F).
Local Notation coordinate := (coordinate F).

(** One input, and what is known there. *)
Variables (n : N) (layers : list (list (key * row))) (X : list F) (V : valuation F).
Hypothesis V_solves : solves V (concat layers).
Hypothesis V_inputs : forall i, V (0%N, i) = coordinate X i.

(** A network in the inputs that are left has the values of the rows for outputs. *)
Lemma restricted_outputs rows pc net : (forall j f, In (j, f) (pinned pc) -> coordinate X j = affine f X) ->
  restricted n layers rows pc = Some net ->
  network_fits net = true /\
  outputs net (left_of F (free_inputs n pc) X) = map (fun r => row_value r V) rows.
Proof.
  intros P H. unfold restricted in H. set (m := pins_map (pinned pc)) in *. set (js := free_inputs n pc) in *.
  match type of H with context [collect (collect ?f) layers] => set (left := f) in H end.
  destruct (collect (collect left) layers) as [ls|] eqn:L; [|discriminate].
  destruct (collect (left_row m (places js)) rows) as [rs|] eqn:R; [|discriminate].
  destruct (replant ls rs) as [net'|] eqn:Re; [|discriminate].
  destruct (network_fits net') eqn:Fit; [|discriminate]. inversion H. subst net'. split; auto.
  set (x := left_of F js X).
  set (W := fun k : key => if N.eqb (fst k) 0 then coordinate x (snd k) else V k).
  assert (M : forall j f, NumberMap.find j m = Some f -> coordinate X j = affine f X).
  { intros j f E. apply P. now apply pins_map_find. }
  assert (Row : forall r q, left_row m (places js) r = Some q -> row_value q W = row_value r V).
  { intros r q E. unfold left_row in E. destruct (forallb _ _) eqn:Nz; [|discriminate].
    destruct (restricted_row_value F js m r q X M E) as [A B]. fold x in A.
    unfold row_value. unfold Regions.affine, input_sum in A.
    assert (S1 : sum_terms (inputs q) (fun i => W (0%N, i)) = sum_terms (inputs q) (fun i => nth (N.to_nat i) x 0)) by reflexivity.
    assert (S2 : sum_terms (inputs r) (fun i => V (0%N, i)) = sum_terms (inputs r) (fun i => nth (N.to_nat i) X 0)).
    { apply sum_terms_agree. intros t _. apply V_inputs. }
    assert (S3 : sum_terms (neurons q) W = sum_terms (neurons r) V).
    { rewrite B. apply sum_terms_agree. intros t T. rewrite forallb_forall in Nz. specialize (Nz t T).
      unfold W. apply negb_true_iff in Nz. now rewrite Nz. }
    rewrite S1, S2, S3.
    replace (Q_ (bias q) + (sum_terms (inputs q) (fun i => nth (N.to_nat i) x 0) + sum_terms (neurons r) V)) with
      ((Q_ (bias q) + sum_terms (inputs q) (fun i => nth (N.to_nat i) x 0)) + sum_terms (neurons r) V) by ring.
    rewrite A. ring. }
  assert (Sw : solves W (concat ls)).
  { apply collect_all in L. clear -L V_solves Row. induction L as [|ns ms layers ls E _ IH]; simpl in *; [constructor|].
    apply Forall_app in V_solves as [S1 S2]. apply Forall_app. split; [|now apply IH]. apply collect_all in E.
    clear -E S1 Row. induction E as [|a b ns ms E _ IH]; [constructor|]. inversion S1. subst.
    constructor; [|now apply IH]. unfold left in E. destruct (N.eqb (fst (fst a)) 0) eqn:Z; [discriminate|].
    destruct (left_row _ _ (snd a)) as [q|] eqn:Q; [|discriminate]. simpl in E. inversion E. subst b. cbn [fst snd].
    assert (Wa : W (fst a) = V (fst a)) by (unfold W; now rewrite Z).
    rewrite Wa, (Row _ _ Q). assumption. }
  rewrite (replant_values F W x (fun i => eq_refl) ls rs net Sw Re). apply collect_all in R.
  clear -R Row. induction R as [|r q rs qs E _ IH]; simpl; auto. rewrite IH. f_equal. now apply Row. Qed.

End Soundness.
