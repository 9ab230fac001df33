(** * The claim [not-isomorphic]: values in which varied networks differ (format, section 8)

    In the varied network every weight and bias is raised to a power, and relu is replaced by a function
    that is linear on either side of 0. *)

From ExactRev Require Export Checker Piece.

Record variation := Variation { power : nat; above : Q; below : Q }.

Fixpoint raised (k : nat) (q : Q) : Q := match k with O => 1%Q | S k => (q * raised k q)%Q end.

Definition raised_terms {name} (k : nat) (ts : list (term name)) : list (term name) :=
  map (fun t => (fst t, raised k (snd t))) ts.

Definition varied_row (k : nat) (r : row) : row :=
  Row (raised k (bias r)) (raised_terms k (inputs r)) (raised_terms k (neurons r)).

(** What stands in the place of relu. *)
Definition bent (v : variation) (z : Q) : Q := q_mul (if q_nonneg z then above v else below v) z.

(** The z of the neurons in the varied network, and what is known then. *)
Fixpoint know_varied (v : variation) (ns : list (key * row)) (m : known) : option (list Q * known) :=
  match ns with
  | [] => Some ([], m)
  | (k, r) :: ns =>
      match row_at m (varied_row (power v) r) with
      | Some z =>
          match know_varied v ns (KeyMap.add k (bent v z) m) with
          | Some (zs, m') => Some (z :: zs, m')
          | None => None
          end
      | None => None
      end
  end.

(** The z of the hidden neurons and the outputs at a point. *)
Definition varied_at (v : variation) (net : network) (xs : list Q) : option (list Q * list Q) :=
  match know_varied v (named net) (know_inputs 0 xs (KeyMap.empty Q)) with
  | Some (zs, m) => option_map (pair zs) (rows_at m (map (varied_row (power v)) (output net)))
  | None => None
  end.

(** Each name with its entry of every column. *)
Fixpoint rows_of {X} (names : list X) (columns : list (list Q)) : list (X * list Q) :=
  match columns with
  | [] => map (fun x => (x, [])) names
  | c :: columns => map (fun p => (fst (fst p), snd p :: snd (fst p))) (combine (rows_of names columns) c)
  end.

(** The first numbers are the second ones times a positive number. *)
Definition positive_multiple (xs ys : list Q) : bool :=
  let ps := combine xs ys in
  match find (fun p => negb (q_is_zero (snd p))) ps with
  | Some (x, y) => q_positive (x * y)%Q && forallb (fun p => Qeq_bool (fst p * y) (x * snd p)) ps
  | None => forallb q_is_zero xs
  end.

(** How many neurons of a layer have positive multiples of these values. *)
Definition how_many (l : N) (zs : list Q) (rows : list (key * list Q)) : N :=
  size (filter (fun r => N.eqb (fst (fst r)) l && positive_multiple (snd r) zs) rows).

Definition is_hidden_layer (l : N) (net : network) : bool := N.ltb 0 l && N.leb l (size (hidden net)).

(** Layer [l] of A and of B have different numbers of neurons with multiples of these values. *)
Definition neurons_differ (v : variation) (a b : network) (points : list (list Q)) (l : N) (zs : list Q) : bool :=
  match collect (varied_at v a) points, collect (varied_at v b) points with
  | Some ca, Some cb =>
      is_hidden_layer l a && is_hidden_layer l b &&
      negb (N.eqb (how_many l zs (rows_of (map fst (named a)) (map fst ca)))
                  (how_many l zs (rows_of (map fst (named b)) (map fst cb))))
  | _, _ => false
  end.

(** The values of an output. *)
Definition output_values (i : N) (columns : list (list Q * list Q)) : option (list Q) :=
  collect (fun c => at_number i (snd c)) columns.

(** Output [i] has these values in exactly one of A and B. *)
Definition output_differs (v : variation) (a b : network) (points : list (list Q)) (i : N) (zs : list Q) : bool :=
  match collect (varied_at v a) points, collect (varied_at v b) points with
  | Some ca, Some cb =>
      match output_values i ca, output_values i cb with
      | Some ys, Some us => negb (Bool.eqb (same_numbers ys zs) (same_numbers us zs))
      | _, _ => false
      end
  | _, _ => false
  end.

(** ** Each row names every value once *)

Fixpoint ascends {X} (ltb : X -> X -> bool) (l : list X) : bool :=
  match l with
  | a :: l' => match l' with b :: _ => ltb a b && ascends ltb l' | [] => true end
  | [] => true
  end.

Definition key_ltb (a b : key) : bool :=
  N.ltb (fst a) (fst b) || N.eqb (fst a) (fst b) && N.ltb (snd a) (snd b).

Definition plain_row (r : row) : bool :=
  ascends N.ltb (map fst (inputs r)) && ascends key_ltb (map fst (neurons r)).

Definition plain (net : network) : bool := forallb (forallb plain_row) (hidden net ++ [output net]).

(** ** States and steps *)

Inductive unlike_step :=
  | OtherDepth
  | PowerIs (k : N)
  | SlopesAre (p q : Q)
  | VariedPoint (xs : list Q)
  | NeuronsHave (l : N) (zs : list Q)
  | OutputHas (i : N) (zs : list Q).

Record unlike_state := UnlikeState {
  ul_a : network; ul_b : network;
  ul_width : N;                             (* the number of inputs *)
  ul_power : option nat;
  ul_slopes : option (Q * Q);
  ul_points : list (list Q);                (* the last one first *)
  ul_shown : bool }.

Definition not_isomorphic_start (a b : network_text) : option unlike_state :=
  match read_two a b with
  | Some (p, q) =>
      if plain p && plain q then Some (UnlikeState p q (input_count a) None None [] false) else None
  | None => None
  end.

Definition shown_if (st : unlike_state) (holds : bool) : option unlike_state :=
  if holds then
    Some (UnlikeState (ul_a st) (ul_b st) (ul_width st) (ul_power st) (ul_slopes st) (ul_points st) true)
  else None.

Definition not_isomorphic_take (st : unlike_state) (s : unlike_step) : option unlike_state :=
  let a := ul_a st in let b := ul_b st in
  if ul_shown st then None else
  match s, ul_power st, ul_slopes st with
  | OtherDepth, None, _ => shown_if st (negb (Nat.eqb (length (hidden a)) (length (hidden b))))
  | PowerIs k, None, _ =>
      if N.leb 1 k && N.leb k 9 then
        Some (UnlikeState a b (ul_width st) (Some (N.to_nat k)) None [] false)
      else None
  | SlopesAre p q, Some k, None => Some (UnlikeState a b (ul_width st) (Some k) (Some (p, q)) [] false)
  | VariedPoint xs, Some k, Some pq =>
      if N.eqb (size xs) (ul_width st) then
        Some (UnlikeState a b (ul_width st) (Some k) (Some pq) (xs :: ul_points st) false)
      else None
  | NeuronsHave l zs, Some k, Some (p, q) =>
      shown_if st (N.eqb (size zs) (size (ul_points st)) &&
                   neurons_differ (Variation k p q) a b (rev (ul_points st)) l zs)
  | OutputHas i zs, Some k, Some (p, q) =>
      shown_if st (N.eqb (size zs) (size (ul_points st)) &&
                   output_differs (Variation k p q) a b (rev (ul_points st)) i zs)
  | _, _, _ => None
  end.

Definition not_isomorphic_finish (st : unlike_state) : bool := ul_shown st.
