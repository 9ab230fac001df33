(** * The claim [unsatisfied]: no input has a property (format, section 10.2) *)

Require Import Lia.
From ExactRev Require Export Apart Property BoxesPairs.

(** ** The networks and the constraints of a part as one network *)

(** A constraint as a row that reads the inputs and neurons of all. *)
Definition constraint_row (outs : list row) (c : constraint) : row :=
  fold_right (fun p r => if q_is_zero (fst p) then r else add_multiple r (fst p) (snd p))
    (Row (at_zero c) (numbered 0 (of_inputs c)) []) (combine (of_outputs c) outs).

Fixpoint placed_from (o : N) (ts : list network_text) (nets : list network) : list placed :=
  match ts, nets with
  | t :: ts, net :: nets => Placed o (input_count t) net :: placed_from (o + input_count t) ts nets
  | _, _ => []
  end.

(** The same, made ready for enclosures. *)
Definition restricted_ready (n : N) (layers : list (list (key * row))) (rows : list row) (pc : piece) : option ready :=
  match restricted n layers rows pc with Some net => make_ready no_pairs [] net | None => None end.

(** The constraints of each conjunction with what is listed for all constraints. *)
Fixpoint chunks {A B} (cs : list (list A)) (vs : list B) : list (list (A * B)) :=
  match cs with
  | [] => []
  | c :: cs => combine c (firstn (length c) vs) :: chunks cs (skipn (length c) vs)
  end.

(** ** States and steps *)

Record part_tree := PartTree { pt_setting : setting; pt_todo : list cell; pt_first : N; pt_violated : nat }.

Record part_state := PartState {
  ps_part : part_text;
  ps_rows : list row;                       (* the constraints *)
  ps_pieces : list piece;
  ps_tree : option part_tree;
  ps_known : option (list (N * row) * ready) }.   (* the network for a piece with these inputs taken out *)

Record unsatisfied_state := UnsatisfiedState {
  us_width : N;                             (* the number of inputs of all *)
  us_layers : list (list (key * row));
  us_outputs : list row;
  us_waiting : list part_text;
  us_current : option part_state }.

Inductive unsatisfied_step :=
  | NextPart
  | Pin (r j : N) (ps : list (N * Z))
  | Cut (j : N) (q p : Z)
  | Vacant (ps : list (N * Z))
  | Enclosed (s : N)
  | Inside (xs : list Q) (t : norm_text)
  | PartStep (s : tree_step)
  | Violated (i : N) (e : Z) (ps : list (N * Z)).

Definition unsatisfied_start (ts : list network_text) (parts : list part_text) : option unsatisfied_state :=
  match collect_networks ts with
  | Some nets =>
      let all := placed_from 0 ts nets in
      let (layers, outs) := side_by_side 0 all in
      if forallb (part_fits (total_inputs ts) (total_outputs nets)) parts &&
         forallb (fun p => inputs_below (input_number p) (the_network p)) all
      then Some (UnsatisfiedState (total_inputs ts) layers (concat outs) parts None) else None
  | None => None
  end.

Section Steps.
Variables (n : N) (layers : list (list (key * row))).

Definition set_pieces (st : part_state) (pcs : list piece) (t : option part_tree) : part_state :=
  PartState (ps_part st) (ps_rows st) pcs t (ps_known st).

Definition same_row (r s : row) : bool := Qeq_bool (bias r) (bias s) && same_terms N.eqb (inputs r) (inputs s).

Definition same_pins (a b : list (N * row)) : bool :=
  all2 (fun p q => N.eqb (fst p) (fst q) && same_row (snd p) (snd q)) a b.

(** The network for a piece, made ready, and the inputs that it was made without. *)
Definition ready_for (st : part_state) (pc : piece) : option (list (N * row) * ready) :=
  match ps_known st with
  | Some (pins, rd) =>
      if same_pins pins (pinned pc) then Some (pins, rd)
      else option_map (pair (pinned pc)) (restricted_ready n layers (ps_rows st) pc)
  | None => option_map (pair (pinned pc)) (restricted_ready n layers (ps_rows st) pc)
  end.

(** On the box about the piece, each conjunction has a constraint with an upper bound < 0. *)
Definition is_enclosed (part : part_text) (pc : piece) (pins : list (N * row)) (rd : ready) (s : N) : bool :=
  let here := Piece (piece_domain pc) pins in
  let free := free_inputs n here in
  match collect (renumbered_row (places free)) (piece_domain pc) with
  | Some rows =>
      match ready_bounds rd (size free) s rows with
      | Some hs => forallb (existsb (fun p => Z.ltb (snd (snd p)) 0)) (chunks (conjunctions part) hs)
      | None => false
      end
  | None => false
  end.

Fixpoint ascending_numbers (after : option N) (ks : list N) : bool :=
  match ks with
  | [] => true
  | k :: ks => match after with Some j => N.ltb j k | None => true end && ascending_numbers (Some k) ks
  end.

Definition is_row_below (first : N) (s : tree_step) : bool :=
  match s with
  | Split r | DecideOn r _ _ _ | DecideOff r _ _ _ | IsZero r => N.ltb r first
  | _ => true
  end.

(** Whether it is strict, the multiplier, the form and the number of a constraint that is used. *)
Definition used_constraint (ce : cell) (ch : list (constraint * N)) (p : N * Z) : option (bool * Z * Forms.form * N) :=
  match find (fun c => N.eqb (snd c) (fst p)) ch, open_form (fst p) (opened ce) with
  | Some (c, _), Some f => if Z.ltb 0 (snd p) then Some (strict c, snd p, f, fst p) else None
  | _, _ => None
  end.

Definition less_used (us : list (bool * Z * Forms.form * N)) : Forms.form :=
  fold_right (fun u f => match u with (_, y, g, _) => add_times (- y) g f end) [] us.

(** The constraints of a conjunction do not hold together on the cell's closure. *)
Definition is_violated (ctx : setting) (first : N) (ce : cell) (ch : list (constraint * N)) (e : Z)
  (ps : list (N * Z)) : bool :=
  let below p := N.ltb (fst p) first in
  ascending_numbers None (map fst ps) &&
  match collect (used_constraint ce ch) (filter (fun p => negb (below p)) ps) with
  | Some us =>
      match combined ctx ce 1 (less_used us) e (filter below ps) with
      | Some (rest, _) => Z.ltb 0 rest || existsb (fun u => fst (fst (fst u))) us
      | None => false
      end
  | None => false
  end.

Definition part_take (st : part_state) (s : unsatisfied_step) : option part_state :=
  match ps_tree st, s with
  | Some t, PartStep ts =>
      if Nat.eqb (pt_violated t) 0 && is_row_below (pt_first t) ts then
        match descend (pt_setting t) (pt_todo t) ts with
        | Some [] => Some (set_pieces st (ps_pieces st) None)
        | Some todo => Some (set_pieces st (ps_pieces st) (Some (PartTree (pt_setting t) todo (pt_first t) 0)))
        | None => None
        end
      else None
  | Some t, Violated i e ps =>
      let numbers := output_numbers (pt_first t) (length (ps_rows st)) in
      match pt_todo t, nth_error (chunks (conjunctions (ps_part st)) numbers) (pt_violated t) with
      | ce :: rest, Some ch =>
          if N.eqb i (N.of_nat (pt_violated t)) && is_violated (pt_setting t) (pt_first t) ce ch e ps then
            if Nat.eqb (S (pt_violated t)) (length (conjunctions (ps_part st))) then
              Some (set_pieces st (ps_pieces st)
                (if is_nil rest then None else Some (PartTree (pt_setting t) rest (pt_first t) 0)))
            else Some (set_pieces st (ps_pieces st)
                   (Some (PartTree (pt_setting t) (pt_todo t) (pt_first t) (S (pt_violated t)))))
          else None
      | _, _ => None
      end
  | None, Pin r j ps =>
      match ps_pieces st with
      | pc :: rest => option_map (fun pc' => set_pieces st (pc' :: rest) None) (pin pc r j ps)
      | [] => None
      end
  | None, Cut j q p =>
      match ps_pieces st with
      | pc :: rest => option_map (fun h => set_pieces st (fst h :: snd h :: rest) None) (cut n pc j q p)
      | [] => None
      end
  | None, Vacant ps =>
      match ps_pieces st with
      | pc :: rest => if is_vacant pc ps then Some (set_pieces st rest None) else None
      | [] => None
      end
  | None, Enclosed s =>
      match ps_pieces st with
      | pc :: rest =>
          match ready_for st pc with
          | Some (pins, rd) =>
              if is_enclosed (ps_part st) pc pins rd s
              then Some (PartState (ps_part st) (ps_rows st) rest None (Some (pins, rd))) else None
          | None => None
          end
      | [] => None
      end
  | None, Inside xs t =>
      match ps_pieces st with
      | pc :: rest =>
          match interior_rows_of n pc xs, restricted n layers (ps_rows st) pc with
          | Some drows, Some net =>
              match grow net (size (free_inputs n pc)) drows t with
              | Some (ctx, c, first) => Some (set_pieces st rest (Some (PartTree ctx [c] first 0)))
              | None => None
              end
          | _, _ => None
          end
      | [] => None
      end
  | _, _ => None
  end.

End Steps.

Definition unsatisfied_take (st : unsatisfied_state) (s : unsatisfied_step) : option unsatisfied_state :=
  let go waiting current :=
    Some (UnsatisfiedState (us_width st) (us_layers st) (us_outputs st) waiting current) in
  match us_current st, s with
  | None, NextPart =>
      match us_waiting st with
      | part :: rest =>
          go rest (Some (PartState part (map (constraint_row (us_outputs st)) (concat (conjunctions part)))
            [Piece (map domain_row (part_rows part)) []] None None))
      | [] => None
      end
  | Some ps, s =>
      match part_take (us_width st) (us_layers st) ps s with
      | Some ps' =>
          match ps_tree ps', ps_pieces ps' with
          | None, [] => go (us_waiting st) None
          | _, _ => go (us_waiting st) (Some ps')
          end
      | None => None
      end
  | _, _ => None
  end.

Definition unsatisfied_finish (st : unsatisfied_state) : bool :=
  is_nil (us_waiting st) && match us_current st with None => true | Some _ => false end.
