(** * Rows that are nowhere positive: trees of cases (format, sections 6.1 and 11)

    A tree of cases shows that a row is nowhere positive (where a neuron is on).  On a branch, the
    neurons that are decided have the values that the branch says, and of the others no more is used
    than that their values are relu(z), hence neither below 0 nor below z.  Under the leaf [vanishes]
    a neuron whose row is a multiple of another one's may be given the value that follows. *)

From ExactRev Require Export Matching.

(** What a tree is about: the row, and the neuron besides that is on where the row is looked at.
    Neurons of the layers before the stated one may be named, or all that are left. *)
Record inquiry := Inquiry { looked_at : row; beside : option key; before : option N }.

(** Rows that are known to be positive, by their numbers. *)
Definition known_rows := N -> option row.

(** ** Branches *)

(** A neuron is on, or off, or it has the value of a row. *)
Inductive state := IsOn | IsOff | HasValue (r : row).

(** A neuron that is decided, and its row. *)
Record decision := Decision { decided : key; its_row : row; its_state : state }.

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

Definition value_alone (k : key) : row := Row 0 [] [(k, 1%Q)].

(** Terms with the values of some neurons written out. *)
Fixpoint write_out_terms (values : KeyMap.t row) (ts : list (term key)) : row :=
  match ts with
  | [] => nothing
  | (k, c) :: ts =>
      let value := match KeyMap.find k values with Some r => r | None => value_alone k end in
      add_multiple (write_out_terms values ts) c value
  end.

Definition write_out (values : KeyMap.t row) (r : row) : row :=
  add_multiple (Row (bias r) (inputs r) []) 1 (write_out_terms values (neurons r)).

(** The row that is the value of a neuron decided. *)
Definition its_value (d : decision) : row :=
  match its_state d with IsOn => its_row d | IsOff => nothing | HasValue r => r end.

(** The values of the neurons decided, written out one after the other. *)
Definition values_of (ds : list decision) : KeyMap.t row :=
  fold_left (fun values d => KeyMap.add (decided d) (write_out values (its_value d)) values) ds
    (KeyMap.empty row).

Definition with_reads (read : KeyMap.t unit) (r : row) : KeyMap.t unit :=
  fold_left (fun read t => KeyMap.add (fst t) tt read) (neurons r) read.

(** The decisions on what is read, directly or by the values of others. *)
Fixpoint decisions_read (read : KeyMap.t unit) (ds : list decision) : list decision * KeyMap.t unit :=
  match ds with
  | [] => ([], read)
  | d :: ds =>
      let '(kept, read) := decisions_read read ds in
      if KeyMap.mem (decided d) read then (d :: kept, with_reads read (its_value d)) else (kept, read)
  end.

(** The values that it takes to write out these rows. *)
Definition values_for (rows : list row) (ds : list decision) : KeyMap.t row :=
  values_of (fst (decisions_read (fold_left with_reads rows (KeyMap.empty unit)) ds)).

(** ** Neurons of which one has a multiple of the other's row *)

Definition is_zero_row (r : row) : bool :=
  q_is_zero (bias r) && forallb (fun t => q_is_zero (snd t)) (inputs r) &&
  forallb (fun t => q_is_zero (snd t)) (neurons r).

(** relu(c z), where z is the row of [l]: c relu(z), or c z - c relu(z) if [c] is negative. *)
Definition value_of_multiple (c : Q) (l : key) (z : row) : row :=
  if q_nonneg c then Row 0 [] [(l, c)] else add_multiple (scale_row c z) 1 (Row 0 [] [(l, q_opp c)]).

(** Where [k] is not decided and its row is [c] times that of [l], as the branch has them. *)
Definition tied (ds : list decision) (k : key) (r : row) (l : key) (s : row) (c : Q) : option decision :=
  let values := values_for [r; s] ds in
  match key_compare l k, decision_of k ds with
  | Lt, None =>
      if negb (q_is_zero c) && is_zero_row (add_multiple (write_out values r) (q_opp c) (write_out values s))
      then Some (Decision k r (HasValue (value_of_multiple c l s))) else None
  | _, _ => None
  end.

(** ** Leaves: combinations of forms that are not negative *)

(** A form that is >= 0 on the branch, > 0 if the mark says so, and its multiplier. *)
Record summand := Summand { summed : row; above_zero : bool; multiplier : Q }.

(** The row that is looked at, and the value of the neuron besides, which are > 0. *)
Definition stated (q : Q) (values : KeyMap.t row) (r : row) : list summand :=
  if q_is_zero q then [] else [Summand (write_out values r) true q].

Definition stated_beside (m : option key) (d : Q) (values : KeyMap.t row) : option (list summand) :=
  match m with
  | Some m => Some (stated d values (value_alone m))
  | None => if q_is_zero d then Some [] else None
  end.

(** z of a neuron that is on, -z of one that is off, the value of one that is not decided. *)
Definition sign_of (ds : list decision) (values : KeyMap.t row) (t : key * Q) : option summand :=
  match decision_of (fst t) ds with
  | Some d =>
      match its_state d with
      | IsOn => Some (Summand (write_out values (its_row d)) true (snd t))
      | IsOff => Some (Summand (scale_row (q_opp 1) (write_out values (its_row d))) false (snd t))
      | HasValue _ => None
      end
  | None => Some (Summand (value_alone (fst t)) false (snd t))
  end.

(** The value of a neuron that is not decided, less its z. *)
Definition excess_of (f : form) (ds : list decision) (values : KeyMap.t row) (t : key * Q) :
  option summand :=
  match decision_of (fst t) ds, row_of (fst t) (left f) with
  | None, Some r =>
      Some (Summand (add_multiple (value_alone (fst t)) (q_opp 1) (write_out values r)) false (snd t))
  | _, _ => None
  end.

(** A row that is known to be positive. *)
Definition known_of (known : known_rows) (t : N * Q) : option summand :=
  option_map (fun r => Summand r true (snd t)) (known (fst t)).

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

(** The neuron is left, and in a layer before the stated one. *)
Definition may_be_named (l : option N) (f : form) (k : key) : bool :=
  match l with Some l => N.ltb (fst k) l | None => true end &&
  match row_of k (left f) with Some _ => true | None => false end.

(** Names in ascending order, with positive multipliers. *)
Fixpoint multipliers {name} (compare : name -> name -> comparison) (ts : list (name * Q)) : bool :=
  match ts with
  | [] => true
  | t :: us =>
      q_positive (snd t) &&
      match us with u :: _ => match compare (fst t) (fst u) with Lt => true | _ => false end | [] => true end &&
      multipliers compare us
  end.

(** A leaf: the multipliers of the row and of the neuron besides; of signs, by neurons; of what values
    are above z, by neurons; of rows known. *)
Record leaf := Leaf {
  of_row : Q; of_beside : Q; of_signs : list (key * Q); of_excess : list (key * Q); of_known : list (N * Q) }.

Definition names_allowed (q : inquiry) (f : form) (ts : list (key * Q)) : bool :=
  multipliers key_compare ts && forallb (fun t => may_be_named (before q) f (fst t)) ts.

(** The rows that a leaf may write out. *)
Definition rows_read (q : inquiry) (f : form) (l : leaf) : list row :=
  looked_at q :: match beside q with Some m => [value_alone m] | None => [] end ++
  flat_map (fun t => match row_of (fst t) (left f) with Some r => [r] | None => [] end)
    (of_signs l ++ of_excess l).

Definition never (q : inquiry) (known : known_rows) (f : form) (ds : list decision) (l : leaf) : bool :=
  let values := values_for (rows_read q f l) ds in
  q_nonneg (of_row l) && q_nonneg (of_beside l) && names_allowed q f (of_signs l) &&
  names_allowed q f (of_excess l) && multipliers N.compare (of_known l) &&
  match stated_beside (beside q) (of_beside l) values,
        all_some (map (sign_of ds values) (of_signs l)),
        all_some (map (excess_of f ds values) (of_excess l)),
        all_some (map (known_of known) (of_known l)) with
  | Some other, Some signs, Some excess, Some rows =>
      impossible (stated (of_row l) values (looked_at q) ++ other ++ signs ++ excess ++ rows)
  | _, _, _, _ => false
  end.

(** ** The tree *)

Record search := Search { about : inquiry; branches : list (list decision) }.

Inductive branch_step :=
  | CaseOf (k : key)
  | SameAs (k l : key) (c : Q)
  | NeverHere (l : leaf).

Definition search_start (q : inquiry) : search := Search q [[]].

(** The tree's lines go through its branches in preorder, where a neuron is on first. *)
Definition search_take (known : known_rows) (f : form) (s : search) (line : branch_step) : option search :=
  let '(Search q open) := s in
  match open, line with
  | ds :: open, CaseOf k =>
      match row_of k (left f), decision_of k ds with
      | Some r, None =>
          if may_be_named (before q) f k
          then Some (Search q (decide (Decision k r IsOn) ds :: decide (Decision k r IsOff) ds :: open))
          else None
      | _, _ => None
      end
  | ds :: open, SameAs k l c =>
      match row_of k (left f), row_of l (left f) with
      | Some r, Some s =>
          if may_be_named (before q) f k && may_be_named (before q) f l
          then option_map (fun d => Search q (decide d ds :: open)) (tied ds k r l s c) else None
      | _, _ => None
      end
  | ds :: open, NeverHere l => if never q known f ds l then Some (Search q open) else None
  | [], _ => None
  end.

Definition search_closed (s : search) : bool := match branches s with [] => true | _ => false end.
