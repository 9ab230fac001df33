(** * The root of a tree: domain, depth, norm and slice (format, sections 9 and 10) *)

From ExactRev Require Export Tree NetworkText.
Require Import Lia.

(** The lines about a norm. *)
Record norm_text := NormText {
  norm_rows : list N;                       (* none without a norm *)
  coordinates : option (list N);            (* with a slice only *)
  inverse : list (list Q) }.

(** What stands between the network and [proof]. *)
Record root_text := RootText {
  domain_rows : list (list Q);              (* coefficients, then the constant *)
  stated_depth : N;
  its_norm : norm_text }.

(** ** From rationals to integers *)

(** [s q], if it is an integer. *)
Definition to_integer (s : Z) (q : Q) : option Z :=
  let n := (s * Qnum q)%Z in
  let i := (n / Zpos (Qden q))%Z in
  if Z.eqb (i * Zpos (Qden q)) n then Some i else None.

Fixpoint collect {A B} (f : A -> option B) (l : list A) : option (list B) :=
  match l with
  | [] => Some []
  | a :: l => match f a, collect f l with Some b, Some m => Some (b :: m) | _, _ => None end
  end.

Definition lcm_denominators (l : list Q) (d : Z) : Z :=
  fold_left (fun d q => Z.lcm d (Zpos (Qden q))) l d.

Definition row_denominator (d : Z) (r : row) : Z :=
  lcm_denominators (map snd (neurons r))
    (lcm_denominators (map snd (inputs r)) (Z.lcm d (Zpos (Qden (bias r))))).

(** A common denominator of the rows of a layer. *)
Definition layer_denominator (rs : list row) : Z := fold_left row_denominator rs 1%Z.

(** ** The slice: all inputs but the coordinates are 0 *)

Definition places (js : list N) : NumberMap.t N :=
  fst (fold_left (fun p j => (NumberMap.add j (snd p) (fst p), N.succ (snd p))) js
    (NumberMap.empty N, 0%N)).

Fixpoint renumbered (p : NumberMap.t N) (ts : list (term N)) : list (term N) :=
  match ts with
  | [] => []
  | (j, c) :: ts =>
      match NumberMap.find j p with
      | Some i => (i, c) :: renumbered p ts
      | None => renumbered p ts
      end
  end.

Definition sliced_row (p : NumberMap.t N) (r : row) : row :=
  Row (bias r) (renumbered p (inputs r)) (neurons r).

Definition sliced_network (slice : option (NumberMap.t N)) (net : network) : network :=
  match slice with
  | None => Network (hidden net) []
  | Some p => Network (map (map (sliced_row p)) (hidden net)) []
  end.

(** A row of the domain as bias and terms. *)
Definition domain_row (ws : list Q) : row :=
  Row (last ws 0%Q) (numbered 0 (removelast ws)) [].

Definition working_row (slice : option (NumberMap.t N)) (r : row) : row :=
  match slice with None => r | Some p => sliced_row p r end.

(** ** Rows as forms *)

(** The list with the stated entries at the stated places, which ascend, from place [i] on. *)
Fixpoint spread (i : N) (ts : list (N * Z)) : option Forms.form :=
  match ts with
  | [] => Some []
  | (j, c) :: ts =>
      if N.leb i j then
        match spread (N.succ j) ts with
        | Some f => Some (N.iter (j - i) (cons 0%Z) (c :: f))
        | None => None
        end
      else None
  end.

(** [s] times a row, of which only the bias and the inputs are taken. *)
Definition affine_form (s : Z) (r : row) : option Forms.form :=
  match to_integer s (bias r),
        collect (fun t : term N => option_map (pair (fst t)) (to_integer s (snd t))) (inputs r) with
  | Some b, Some ts => option_map (cons b) (spread 0 ts)
  | _, _ => None
  end.

(** ** The neurons, layer by layer *)

Definition prepare_neuron (s d : Z) (number : N) (n : key * row) : option neuron :=
  if Z.eqb d 0 then None else
  match affine_form (d * s) (snd n),
        collect (fun t : term key => option_map (pair (fst t)) (to_integer d (snd t)))
          (neurons (snd n)) with
  | Some b, Some ws => Some (Neuron number (fst n) (snd n) d b ws)
  | _, _ => None
  end.

Fixpoint prepare_rows (s d : Z) (number : N) (ns : list (key * row)) : option (list neuron) :=
  match ns with
  | [] => Some []
  | n :: ns =>
      match prepare_neuron s d number n, prepare_rows s d (N.succ number) ns with
      | Some p, Some ps => Some (p :: ps)
      | _, _ => None
      end
  end.

Fixpoint prepare_layers (s : Z) (number l : N) (layers : list (list row))
  : option (list (list neuron)) :=
  match layers with
  | [] => Some []
  | rs :: layers =>
      match prepare_rows s (layer_denominator rs) number (name_rows l 0 rs),
            prepare_layers s (number + size rs) (N.succ l) layers with
      | Some p, Some ps => Some (match p with [] => ps | _ => p :: ps end)
      | _, _ => None
      end
  end.

(** ** The norm *)

(** The scaled form of a row that the norm may name: of the domain, or of a neuron that reads only
    inputs. *)
Definition norm_form (forms : list Forms.form) (first : list neuron) (r : N) : option Forms.form :=
  if N.ltb r (size forms) then nth_error forms (N.to_nat r)
  else match find (fun n => N.eqb (number n) r) first with
       | Some n => match weights n with [] => divided (denominator n) (base n) | _ => None end
       | None => None
       end.

Fixpoint combination (cs : list Z) (fs : list Forms.form) : Forms.form :=
  match cs, fs with c :: cs, f :: fs => add_times c f (combination cs fs) | _, _ => [] end.

(** The lines of the inverse, one for each coordinate from [j] on: the largest constant so far, or
    None if the inverse is not near enough. *)
Fixpoint norm_lines (d s : Z) (j : N) (lines : list (list Z)) (fs : list Forms.form) (largest : Z)
  : option Z :=
  match lines with
  | [] => Some largest
  | g :: lines =>
      let f := combination g fs in
      let e := add_times (-1) (N.iter j (cons 0%Z) [(d * s)%Z]) (tl f) in
      if Z.leb (2 * total e) (d * s) && N.leb (size (tl f)) (size fs)
      then norm_lines d s (N.succ j) lines fs (Z.max largest (2 * Z.abs (entry 0 f)))
      else None
  end.

(** Twice the largest absolute value in each column. *)
Fixpoint column_bounds (lines : list (list Z)) (width : list Z) : list Z :=
  match lines with
  | [] => width
  | g :: lines => map (fun p => Z.max (2 * Z.abs (fst p)) (snd p)) (combine g (column_bounds lines width))
  end.

Definition zeros {A} (l : list A) : list Z := map (fun _ => 0%Z) l.

Definition proved_norm (s d : Z) (rs : list N) (fs : list Forms.form) (inv : list (list Q))
  : option norm :=
  match collect (collect (to_integer d)) inv with
  | Some lines =>
      if N.eqb (size lines) (size rs) && forallb (fun g => N.eqb (size g) (size rs)) lines then
        match norm_lines d s 0 lines fs 0 with
        | Some c => Some (Norm d c (combine rs (column_bounds lines (zeros rs))))
        | None => None
        end
      else None
  | None => None
  end.

(** ** The slice loses nothing: every row reads the inputs through the rows of the norm *)

Fixpoint push_all (s : span) (fs : list Forms.form) : option span :=
  match fs with
  | [] => Some s
  | f :: fs => match push s f with Some s' => push_all s' fs | None => None end
  end.

(** A positive multiple of the coefficients of the inputs, after a constant 0. *)
Definition linear_form (r : row) : option Forms.form :=
  let s := lcm_denominators (map snd (inputs r)) 1 in
  if Z.eqb s 0 then None else affine_form s (Row 0%Q (inputs r) []).

Fixpoint chosen (rows : list row) (number : N) (rs : list N) : list row :=
  match rows with
  | [] => []
  | r :: rows => (if existsb (N.eqb number) rs then [r] else []) ++ chosen rows (N.succ number) rs
  end.

Definition is_spanned (slice : NumberMap.t N) (rows : list row) (rs : list N) : bool :=
  let picked := chosen rows 0 rs in
  match collect linear_form picked, collect linear_form (map (sliced_row slice) picked),
        collect linear_form rows with
  | Some fs, Some gs, Some all =>
      match push_all [] fs, push_all [] gs with
      | Some s, Some _ => forallb (fun f => is_zero (reduced s f)) all
      | _, _ => false
      end
  | _, _, _ => false
  end.

(** ** The state at the root *)

Fixpoint ascending (after : option N) (below : N) (js : list N) : bool :=
  match js with
  | [] => true
  | j :: js => match after with Some i => N.ltb i j | None => true end && N.ltb j below &&
               ascending (Some j) below js
  end.

Fixpoint distinct (seen : NumberMap.t unit) (rs : list N) : bool :=
  match rs with
  | [] => true
  | r :: rs => negb (NumberMap.mem r seen) && distinct (NumberMap.add r tt seen) rs
  end.

Definition norm_is_well_formed (n : N) (t : norm_text) : bool :=
  let m := size (norm_rows t) in
  N.leb m n && distinct (NumberMap.empty unit) (norm_rows t) &&
  match coordinates t with
  | Some js => N.ltb 0 m && N.ltb m n && N.eqb (size js) m && ascending None n js
  | None => N.eqb m 0 || N.eqb m n
  end &&
  N.eqb (size (inverse t)) m.

Definition domain_is_well_formed (n : N) (rows : list (list Q)) : bool :=
  forallb (fun ws => N.eqb (size ws) (N.succ n) && existsb (fun w => negb (q_is_zero w)) ws) rows.

Record regions_state := RegionsState {
  the_setting : setting;
  the_tree : tree;
  width : N;                                (* the number of inputs *)
  slice_places : option (list N);           (* the coordinates, with a slice *)
  counted : option (list N) }.

Definition number_rows (number : N) (fs : list Forms.form) : NumberMap.t (kind * Forms.form) :=
  fst (fold_left (fun p f => (NumberMap.add (snd p) (Positive, f) (fst p), N.succ (snd p))) fs
    (NumberMap.empty _, number)).

(** The tree on a network with [n] inputs and the rows of a domain: the working network, the domain's
    forms, the hidden neurons, and what does not change. *)
Definition plant (whole : network) (n d : N) (drows : list row) (t : norm_text)
  : option (network * list Forms.form * list (list neuron) * setting) :=
  if norm_is_well_formed n t then
    let slice := option_map places (coordinates t) in
    let net := sliced_network slice whole in
    let q := lcm_denominators (concat (inverse t)) 1 in
    let s := (q * fold_left Z.lcm (map (row_denominator 1) drows)
               (fold_left Z.mul (map layer_denominator (hidden net)) 1))%Z in
    match collect (affine_form s) (map (working_row slice) drows),
          prepare_layers s (size drows) 1 (hidden net) with
    | Some forms, Some layers =>
        let dim := match coordinates t with Some js => size js | None => n end in
        let nm := match norm_rows t with
                  | [] => Some None
                  | rs =>
                      match collect (norm_form forms (hd [] layers)) rs with
                      | Some fs => option_map Some (proved_norm s q rs fs (inverse t))
                      | None => None
                      end
                  end in
        let spanned := match slice with
                       | None => true
                       | Some p => is_spanned p (drows ++ concat (hidden whole)) (norm_rows t)
                       end in
        match nm with
        | Some nm =>
            if spanned && network_fits net && Z.ltb 0 s && Z.ltb 0 q
            then Some (net, forms, layers, Setting s dim nm d) else None
        | None => None
        end
    | _, _ => None
    end
  else None.

(** The same for a domain and depth as stated. *)
Definition begin_tree (whole : network) (n : N) (t : root_text)
  : option (network * list Forms.form * list (list neuron) * setting) :=
  if domain_is_well_formed n (domain_rows t) && N.leb (stated_depth t) n
  then plant whole n (stated_depth t) (map domain_row (domain_rows t)) (its_norm t) else None.

Definition root_cell (ctx : setting) (forms : list Forms.form) (layers : list (list neuron))
  : option cell :=
  refresh ctx (Cell [] forms (number_rows 0 forms) (KeyMap.empty _) [] layers [] None).

Definition regions_start (a : network_text) (t : root_text) : option regions_state :=
  match read_network a with
  | Some whole =>
      match begin_tree whole (input_count a) t with
      | Some (net, forms, layers, ctx) =>
          match root_cell ctx forms layers with
          | Some c => Some (RegionsState ctx (Tree [c] (NumberMap.empty N) 0) (input_count a)
                              (coordinates (its_norm t)) None)
          | None => None
          end
      | None => None
      end
  | None => None
  end.

(** ** The steps of [regions] *)

Inductive regions_step :=
  | TreeStep (s : tree_step)
  | Face (q : Z) (ps : list Z)              (* [cell], with a number for each input *)
  | Open (sample : option (Z * list Z))     (* [open], likewise *)
  | Count (ns : list N).

(** The numbers at the coordinates; None if another one is not 0. *)
Fixpoint at_coordinates (i : N) (js : list N) (ps : list Z) : option (list Z) :=
  match ps with
  | [] => match js with [] => Some [] | _ => None end
  | p :: ps =>
      match js with
      | j :: js' =>
          if N.eqb i j then option_map (cons p) (at_coordinates (N.succ i) js' ps)
          else if Z.eqb p 0 then at_coordinates (N.succ i) js ps else None
      | [] => if Z.eqb p 0 then at_coordinates (N.succ i) [] ps else None
      end
  end.

Fixpoint counts_are (i : N) (ns : list N) (m : NumberMap.t N) : bool :=
  match ns with [] => true | n :: ns => N.eqb n (count_of i m) && counts_are (N.succ i) ns m end.

Definition with_tree (st : regions_state) (t : option tree) : option regions_state :=
  option_map (fun t => RegionsState (the_setting st) t (width st) (slice_places st) None) t.

(** The coordinates of a point; None unless it is in the slice. *)
Definition in_slice (st : regions_state) (ps : list Z) : option (list Z) :=
  if N.eqb (size ps) (width st) then
    match slice_places st with Some js => at_coordinates 0 js ps | None => Some ps end
  else None.

Definition regions_take (st : regions_state) (s : regions_step) : option regions_state :=
  match counted st with
  | Some _ => None
  | None =>
      match s with
      | TreeStep (Sample _ _) | TreeStep (Skip _) => None
      | TreeStep s => with_tree st (tree_take (the_setting st) (the_tree st) s)
      | Face q ps =>
          match in_slice st ps with
          | Some us => with_tree st (tree_take (the_setting st) (the_tree st) (Sample q us))
          | None => None
          end
      | Open None => with_tree st (tree_take (the_setting st) (the_tree st) (Skip None))
      | Open (Some (q, ps)) =>
          match in_slice st ps with
          | Some us => with_tree st (tree_take (the_setting st) (the_tree st) (Skip (Some (q, us))))
          | None => None
          end
      | Count ns =>
          if is_nil (todo (the_tree st)) && N.eqb (size ns) (N.succ (depth (the_setting st))) &&
             counts_are 0 ns (counts (the_tree st))
          then Some (RegionsState (the_setting st) (the_tree st) (width st) (slice_places st) (Some ns))
          else None
      end
  end.

Definition regions_finish (st : regions_state) : bool :=
  match counted st with Some _ => true | None => false end.
