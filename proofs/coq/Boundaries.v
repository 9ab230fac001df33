(** * The claim [boundaries]: pieces, components and meetings of boundaries (format, section 10.1)

    Here are the functions that judge the lines of a certificate; BoundariesSound.v says what
    acceptance implies.  A face is known by its signs: those of all hidden neurons, in ascending order. *)

From ExactRev Require Export Root Evaluation Components.
Require Import Lia.

(** ** The signs that are decided on a cell, by row number *)

Definition signs := NumberMap.t sign.

(** Those of the children of a cell, in their order. *)
Definition children_signs (ctx : setting) (ce : cell) (s : tree_step) (m : signs) : list signs :=
  match s with
  | Split r =>
      let sides := [NumberMap.add r Plus m; NumberMap.add r Minus m] in
      if N.ltb (wall_count ce) (depth ctx) then NumberMap.add r Null m :: sides else sides
  | DecideOn r _ _ _ => [NumberMap.add r Plus m]
  | DecideOff r _ _ _ => [NumberMap.add r Minus m]
  | IsZero r => [NumberMap.add r Null m]
  | _ => []
  end.

(** Those of the neurons [ns], whose numbers begin with [i]. *)
Fixpoint signs_of (i : N) (ns : list (key * row)) (m : signs) : option (list sign) :=
  match ns with
  | [] => Some []
  | _ :: ns =>
      match NumberMap.find i m, signs_of (N.succ i) ns m with
      | Some s, Some ss => Some (s :: ss)
      | _, _ => None
      end
  end.

Definition is_null (s : sign) : bool := match s with Null => true | _ => false end.

(** The numbers of the neurons that are 0, counted from [i]. *)
Fixpoint nulls (i : N) (ss : list sign) : list N :=
  match ss with
  | [] => []
  | s :: ss => if is_null s then i :: nulls (N.succ i) ss else nulls (N.succ i) ss
  end.

Fixpoint with_sign (j : N) (s : sign) (ss : list sign) : list sign :=
  match ss with
  | [] => []
  | a :: ss => if N.eqb j 0 then s :: ss else a :: with_sign (N.pred j) s ss
  end.

(** Signs as one number, which names a face. *)
Fixpoint digits (ss : list sign) : BinNums.positive :=
  match ss with
  | [] => xH
  | Plus :: ss => xO (xO (digits ss))
  | Minus :: ss => xO (xI (digits ss))
  | Null :: ss => xI (xO (digits ss))
  end.

Definition code (ss : list sign) : N := Npos (digits ss).

(** ** Whether the outputs change with the value of a neuron *)

(** How the values change with that of neuron [j]: 1 for itself, else the sum of coefficient times
    change for a neuron that is on, and 0 for one that is not. *)
Fixpoint know_slopes (j : key) (ns : list (key * row)) (ss : list sign) (m : known) : option known :=
  match ns, ss with
  | (k, r) :: ns, s :: ss =>
      if key_eqb k j then know_slopes j ns ss (KeyMap.add k 1%Q m)
      else match s with
           | Plus =>
               match add_terms (fun k => KeyMap.find k m) (neurons r) 0%Q with
               | Some c => know_slopes j ns ss (KeyMap.add k c m)
               | None => None
               end
           | _ => know_slopes j ns ss (KeyMap.add k 0%Q m)
           end
  | _, _ => Some m
  end.

(** The change of each output. *)
Definition output_slopes (j : key) (ns : list (key * row)) (outs : list row) (ss : list sign)
  : option (list Q) :=
  match know_slopes j ns ss (KeyMap.empty Q) with
  | Some m => collect (fun r => add_terms (fun k => KeyMap.find k m) (neurons r) 0%Q) outs
  | None => None
  end.

Definition kinks (j : key) (ns : list (key * row)) (outs : list row) (ss : list sign) : option bool :=
  option_map (existsb (fun c => negb (q_is_zero c))) (output_slopes j ns outs ss).

(** ** Pieces: the facets at which an output bends *)

(** The neuron that is 0 on a facet, with its number. *)
Fixpoint null_neuron (i : N) (ns : list (key * row)) (ss : list sign) : option (N * key) :=
  match ns, ss with
  | n :: ns, s :: ss => if is_null s then Some (i, fst n) else null_neuron (N.succ i) ns ss
  | _, _ => None
  end.

(** The code and neuron of a face that is given by codimension and signs, if it is a piece. *)
Definition piece_of (ns : list (key * row)) (outs : list row) (f : N * list sign)
  : option (list (N * N)) :=
  if N.eqb (fst f) 1 then
    match null_neuron 0 ns (snd f) with
    | Some (j, k) => option_map (fun b : bool => if b then [(code (snd f), j)] else [])
                       (kinks k ns outs (snd f))
    | None => None
    end
  else Some [].

(** The pieces among faces, after those of [found].  (Lists of faces are long: what goes through them
    gathers what it finds, so that it needs no stack.) *)
Fixpoint pieces_of (ns : list (key * row)) (outs : list row) (seen : list (N * list sign))
  (found : list (N * N)) : option (list (N * N)) :=
  match seen with
  | [] => Some found
  | f :: seen =>
      match piece_of ns outs f with
      | Some more => pieces_of ns outs seen (more ++ found)
      | None => None
      end
  end.

(** ** Ridges: which pieces they join, and which boundaries meet there *)

Definition code_set (ps : list (N * N)) : NumberMap.t unit :=
  fold_left (fun m p => NumberMap.add (fst p) tt m) ps (NumberMap.empty unit).

(** Beside a ridge where neurons [i] and [j] are 0, the pieces of [i]'s boundary where [j] is not 0. *)
Definition beside (known : NumberMap.t unit) (ss : list sign) (j : N) : list N :=
  filter (fun c => NumberMap.mem c known) [code (with_sign j Plus ss); code (with_sign j Minus ss)].

Definition edge (cs : list N) : list (N * N) := match cs with [a; b] => [(a, b)] | _ => [] end.

Definition ridge_edges (known : NumberMap.t unit) (ss : list sign) : list (N * N) :=
  match nulls 0 ss with
  | [i; j] => edge (beside known ss j) ++ edge (beside known ss i)
  | _ => []
  end.

Definition ridge_meeting (known : NumberMap.t unit) (ss : list sign) : list (N * N) :=
  match nulls 0 ss with
  | [i; j] => if is_nil (beside known ss j) || is_nil (beside known ss i) then [] else [(i, j)]
  | _ => []
  end.

(** What faces give by their signs, all together. *)
Definition gathered (give : list sign -> list (N * N)) (seen : list (N * list sign)) : list (N * N) :=
  fold_left (fun all f => give (snd f) ++ all) seen [].

Definition edges_of (known : NumberMap.t unit) := gathered (ridge_edges known).
Definition meetings_of (known : NumberMap.t unit) := gathered (ridge_meeting known).

(** ** What follows from the faces *)

(** How many of the pieces that are kept each neuron has. *)
Definition tallied (keep : N * N -> bool) (ps : list (N * N)) : NumberMap.t N :=
  fold_left (fun m q => if keep q then NumberMap.add (snd q) (N.succ (count_of (snd q) m)) m else m) ps
    (NumberMap.empty N).

(** The lines [boundary], for neurons from number [i] on. *)
Fixpoint boundary_lines (first i : N) (ns : list (key * row)) (pieces roots : NumberMap.t N)
  : list (N * N * N) :=
  match ns with
  | [] => []
  | _ :: ns => ((first + i)%N, count_of i pieces, count_of i roots) ::
               boundary_lines first (N.succ i) ns pieces roots
  end.

(** What does not change: the row number of the first neuron; the network's neurons and outputs. *)
Record boundaries_setting := BoundariesSetting {
  first_number : N;
  its_neurons : list (key * row);
  output_rows : list row }.

Definition rev_map {A B} (f : A -> B) (l : list A) : list B := fold_left (fun m a => f a :: m) l [].

Definition conclude (c : boundaries_setting) (seen : list (N * list sign))
  : option (list (N * N * N) * list (N * N)) :=
  match pieces_of (its_neurons c) (output_rows c) seen [] with
  | Some ps =>
      let known := code_set ps in
      match forest_of ps (edges_of known seen) with
      | Some p =>
          Some (boundary_lines (first_number c) 0 (its_neurons c) (tallied (fun _ => true) ps)
                  (tallied (fun q => is_root p (fst q)) ps),
                rev_map (fun m => ((first_number c + fst m)%N, (first_number c + snd m)%N))
                  (meetings_of known seen))
      | None => None
      end
  | None => None
  end.

(** ** The claim, line by line *)

Record boundaries_state := BoundariesState {
  bd_setting : boundaries_setting;
  bd_regions : regions_state;
  bd_signs : list signs;                    (* of each cell that is still to do *)
  bd_seen : list (N * list sign);           (* the faces found of codimension 1 and 2 *)
  bd_concluded : option (list (N * N * N) * list (N * N));
  bd_due : list (N * N * N);                (* the lines [boundary] that have to follow *)
  bd_meets : list (N * N) }.                (* those stated, the last one first *)

Inductive boundaries_step :=
  | FaceStep (s : regions_step)
  | Boundary (r p c : N)
  | Meet (r s : N).

Definition boundaries_depth (n : N) : N := if N.leb 2 n then 2%N else 1%N.

Definition boundaries_start (a : network_text) (t : root_text) : option boundaries_state :=
  match regions_start a t, read_network a with
  | Some st, Some whole =>
      if N.eqb (stated_depth t) (boundaries_depth (input_count a)) then
        Some (BoundariesState
          (BoundariesSetting (size (domain_rows t)) (named whole) (output whole))
          st [NumberMap.empty sign] [] None [] [])
      else None
  | _, _ => None
  end.

(** The face that a leaf [cell] is, if its codimension is not 0: there only its walls may be 0. *)
Definition face_seen (c : boundaries_setting) (ce : cell) (m : signs) : option (list (N * list sign)) :=
  let i := wall_count ce in
  if N.eqb i 0 then Some [] else
  match signs_of (first_number c) (its_neurons c) m with
  | Some ss => if N.eqb (size (nulls 0 ss)) i then Some [(i, ss)] else None
  | None => None
  end.

Definition with_regions (st : boundaries_state) (r : regions_state) (ms : list signs)
  (more : list (N * list sign)) : boundaries_state :=
  BoundariesState (bd_setting st) r ms (more ++ bd_seen st) None [] [].

(** What was concluded stays, while its lines are stated. *)
Definition with_stated (st : boundaries_state) (due : list (N * N * N)) (meets : list (N * N))
  : boundaries_state :=
  BoundariesState (bd_setting st) (bd_regions st) (bd_signs st) (bd_seen st) (bd_concluded st) due meets.

Definition equal_lines (l m : N * N * N) : bool :=
  N.eqb (fst (fst l)) (fst (fst m)) && N.eqb (snd (fst l)) (snd (fst m)) && N.eqb (snd l) (snd m).

Definition boundaries_take (st : boundaries_state) (s : boundaries_step) : option boundaries_state :=
  match bd_concluded st with
  | None =>
      match s with
      | FaceStep (Open _) => None
      | FaceStep (Face q ps) =>
          match todo (the_tree (bd_regions st)), bd_signs st with
          | ce :: _, m :: ms =>
              match face_seen (bd_setting st) ce m, regions_take (bd_regions st) (Face q ps) with
              | Some more, Some r => Some (with_regions st r ms more)
              | _, _ => None
              end
          | _, _ => None
          end
      | FaceStep (Count ns) =>
          match regions_take (bd_regions st) (Count ns), conclude (bd_setting st) (bd_seen st) with
          | Some r, Some c =>
              Some (BoundariesState (bd_setting st) r (bd_signs st) (bd_seen st) (Some c) (fst c) [])
          | _, _ => None
          end
      | FaceStep (TreeStep s) =>
          match todo (the_tree (bd_regions st)), bd_signs st with
          | ce :: _, m :: ms =>
              option_map (fun r =>
                  with_regions st r (children_signs (the_setting (bd_regions st)) ce s m ++ ms) [])
                (regions_take (bd_regions st) (TreeStep s))
          | _, _ => None
          end
      | _ => None
      end
  | Some c =>
      match s with
      | Boundary r p n =>
          match bd_due st with
          | l :: due => if equal_lines l (r, p, n) then Some (with_stated st due (bd_meets st))
                        else None
          | [] => None
          end
      | Meet r n => if is_nil (bd_due st) then Some (with_stated st [] ((r, n) :: bd_meets st)) else None
      | FaceStep _ => None
      end
  end.

Definition pair_set (l : list (N * N)) : KeyMap.t unit :=
  fold_left (fun m k => KeyMap.add k tt m) l (KeyMap.empty unit).

(** Each pair is less than the one before it. *)
Fixpoint falling (l : list (N * N)) : bool :=
  match l with
  | a :: (b :: _) as l => match key_compare b a with Lt => true | _ => false end && falling l
  | _ => true
  end.

Definition same_pairs (l m : list (N * N)) : bool :=
  let s := pair_set l in
  let t := pair_set m in
  forallb (fun k => KeyMap.mem k t) l && forallb (fun k => KeyMap.mem k s) m.

Definition boundaries_finish (st : boundaries_state) : bool :=
  match bd_concluded st with
  | Some (_, meetings) =>
      is_nil (bd_due st) && falling (bd_meets st) && same_pairs (bd_meets st) meetings
  | None => false
  end.
