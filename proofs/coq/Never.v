(** * Neurons that are never on, never off, or never on together (format, section 6.1)

    The steps [dead], [alive] and [apart] of [equal] say that a row is nowhere positive (where a
    neuron is on).  Under each is a tree of cases; on a branch, the neurons that are decided have the
    values that the branch says, and of the others no more is used than that their values are
    relu(z), hence neither below 0 nor below z. *)

From ExactRev Require Export Steps.

Inductive pruning :=
  | Dead (n : key)
  | Alive (n : key)
  | Apart (n m : key) (w : Q).

Definition pruned_neuron (p : pruning) : key := match p with Dead n | Alive n | Apart n _ _ => n end.

(** The neuron besides that is on where the row is looked at. *)
Definition beside (p : pruning) : option key :=
  match p with Apart _ m _ => Some m | _ => None end.

(** ** The row that is nowhere positive *)

Definition coefficient (m : key) (r : row) : Q := fst (take_out m (neurons r)).

(** The row with another coefficient of [m]. *)
Definition reweighed (m : key) (w : Q) (r : row) : row :=
  let rest := Row (bias r) (inputs r) (snd (take_out m (neurons r))) in
  if q_is_zero w then rest else add_multiple rest 1 (Row 0 [] [(m, w)]).

Definition the_larger (a b : Q) : Q := if q_nonneg (q_add a (q_opp b)) then a else b.

Definition looked_at (p : pruning) (f : form) : option row :=
  match p with
  | Dead n => row_of n (left f)
  | Alive n => option_map (scale_row (q_opp 1)) (row_of n (left f))
  | Apart n m w =>
      match row_of n (left f), row_of m (left f) with
      | Some r, Some _ =>
          if N.ltb (fst m) (fst n) then Some (reweighed m (the_larger w (coefficient m r)) r) else None
      | _, _ => None
      end
  end.

(** What the step does to the working form once its tree is closed. *)
Definition prune (p : pruning) (f : form) : form :=
  match row_of (pruned_neuron p) (left f) with
  | Some r =>
      match p with
      | Dead n => remove n (change_readers n (fun _ rest => rest) f)
      | Alive n => remove n (change_readers n (fun c rest => add_multiple rest c r) f)
      | Apart n m w =>
          Form (map (fun k => if key_eqb n (fst k) then (n, reweighed m w r) else k) (left f))
               (results f)
      end
  | None => f
  end.

(** ** Branches *)

(** A neuron that is decided, its row, and whether it is on. *)
Record decision := Decision { decided : key; its_row : row; is_on : bool }.

(** Decisions stand in ascending order, so that a row reads those before it. *)
Fixpoint decide (d : decision) (ds : list decision) : list decision :=
  match ds with
  | [] => [d]
  | e :: ds' => match key_compare (decided d) (decided e) with Gt => e :: decide d ds' | _ => d :: ds end
  end.

Fixpoint decision_of (k : key) (ds : list decision) : option decision :=
  match ds with
  | [] => None
  | d :: ds => if key_eqb k (decided d) then Some d else decision_of k ds
  end.

Definition nothing : row := Row 0 [] [].

(** Terms with the values of some neurons written out. *)
Fixpoint write_out_terms (values : list (key * row)) (ts : list (term key)) : row :=
  match ts with
  | [] => nothing
  | (k, c) :: ts =>
      let value := match row_of k values with Some r => r | None => Row 0 [] [(k, 1%Q)] end in
      add_multiple (write_out_terms values ts) c value
  end.

Definition write_out (values : list (key * row)) (r : row) : row :=
  add_multiple (Row (bias r) (inputs r) []) 1 (write_out_terms values (neurons r)).

(** The values of the neurons decided, written out one after the other. *)
Definition values_of (ds : list decision) : list (key * row) :=
  fold_left (fun values d =>
      (decided d, if is_on d then write_out values (its_row d) else nothing) :: values) ds [].

(** ** Leaves: combinations of forms that are not negative *)

(** A form that is >= 0 on the branch, > 0 if the mark says so, and its multiplier. *)
Record summand := Summand { summed : row; above_zero : bool; multiplier : Q }.

(** The row that is looked at, and the value of the neuron besides, which are > 0. *)
Definition stated (q : Q) (values : list (key * row)) (r : row) : list summand :=
  if q_is_zero q then [] else [Summand (write_out values r) true q].

Definition stated_beside (p : pruning) (d : Q) (values : list (key * row)) : option (list summand) :=
  match beside p with
  | Some m => Some (stated d values (Row 0 [] [(m, 1%Q)]))
  | None => if q_is_zero d then Some [] else None
  end.

(** z of a neuron that is on, -z of one that is off, the value of one that is not decided. *)
Definition sign_of (ds : list decision) (values : list (key * row)) (t : key * Q) : summand :=
  match decision_of (fst t) ds with
  | Some d =>
      let z := write_out values (its_row d) in
      if is_on d then Summand z true (snd t) else Summand (scale_row (q_opp 1) z) false (snd t)
  | None => Summand (Row 0 [] [(fst t, 1%Q)]) false (snd t)
  end.

(** The value of a neuron that is not decided, less its z. *)
Definition excess_of (f : form) (ds : list decision) (values : list (key * row)) (t : key * Q) :
  option summand :=
  match decision_of (fst t) ds, row_of (fst t) (left f) with
  | None, Some r =>
      Some (Summand (add_multiple (Row 0 [] [(fst t, 1%Q)]) (q_opp 1) (write_out values r))
              false (snd t))
  | _, _ => None
  end.

Fixpoint all_some {X} (l : list (option X)) : option (list X) :=
  match l with
  | [] => Some []
  | Some x :: l => option_map (cons x) (all_some l)
  | None :: _ => None
  end.

Definition total (ss : list summand) : row :=
  fold_right (fun s r => add_multiple r (multiplier s) (summed s)) nothing ss.

(** The sum is a constant that is not what the sum of such forms must be. *)
Definition impossible (ss : list summand) : bool :=
  let sum := total ss in
  forallb (fun t => q_is_zero (snd t)) (inputs sum) &&
  forallb (fun t => q_is_zero (snd t)) (neurons sum) &&
  q_nonpos (bias sum) && (negb (q_is_zero (bias sum)) || existsb above_zero ss).

(** Neurons below [n] that are left, in ascending order, with positive multipliers. *)
Definition below (n : key) (f : form) (k : key) : bool :=
  N.ltb (fst k) (fst n) && match row_of k (left f) with Some _ => true | None => false end.

Fixpoint ascending (ts : list (key * Q)) : bool :=
  match ts with
  | t :: (u :: _ as us) =>
      match key_compare (fst t) (fst u) with Lt => ascending us | _ => false end
  | _ => true
  end.

Definition multipliers (n : key) (f : form) (ts : list (key * Q)) : bool :=
  ascending ts && forallb (fun t => below n f (fst t) && q_positive (snd t)) ts.

Definition never (p : pruning) (t : row) (f : form) (ds : list decision)
  (c d : Q) (ys us : list (key * Q)) : bool :=
  let values := values_of ds in
  q_nonneg c && q_nonneg d && multipliers (pruned_neuron p) f ys &&
  multipliers (pruned_neuron p) f us &&
  match stated_beside p d values, all_some (map (excess_of f ds values) us) with
  | Some other, Some excess =>
      impossible (stated c values t ++ other ++ map (sign_of ds values) ys ++ excess)
  | _, _ => false
  end.

(** ** The tree *)

Record search := Search { searched : pruning; row_searched : row; branches : list (list decision) }.

Inductive branch_step :=
  | CaseOf (k : key)
  | NeverHere (c d : Q) (ys us : list (key * Q)).

Definition search_start (p : pruning) (f : form) : option search :=
  option_map (fun t => Search p t [[]]) (looked_at p f).

(** The tree's lines go through its branches in preorder, where a neuron is on first. *)
Definition search_take (f : form) (s : search) (line : branch_step) : option search :=
  let '(Search p t open) := s in
  match open, line with
  | ds :: open, CaseOf k =>
      match row_of k (left f), decision_of k ds with
      | Some r, None =>
          if below (pruned_neuron p) f k
          then Some (Search p t (decide (Decision k r true) ds :: decide (Decision k r false) ds :: open))
          else None
      | _, _ => None
      end
  | ds :: open, NeverHere c d ys us =>
      if never p t f ds c d ys us then Some (Search p t open) else None
  | [], _ => None
  end.

Definition search_closed (s : search) : bool := match branches s with [] => true | _ => false end.
