(** * Reading a network's text into rows (format, section 3)

    The program outside Coq splits lines into numbers; that these describe a network is judged here. *)

From ExactRev Require Export Network.

(** Biases, then the blocks: a source layer and one row of weights for each neuron. *)
Record layer_text := LayerText { biases : list Q; blocks : list (N * list (list Q)) }.

Record network_text := NetworkText { input_count : N; layers : list layer_text }.

Definition size {A} (l : list A) : N := fold_left (fun n _ => N.succ n) l 0%N.

(** The size of layer [l], when [sizes] holds those of the layers k - 1, ..., 1, 0. *)
Fixpoint size_of (k l : N) (sizes : list N) : option N :=
  match sizes with
  | [] => None
  | s :: sizes => if N.eqb (N.succ l) k then Some s else size_of (N.pred k) l sizes
  end.

Fixpoint blocks_fit (k : N) (after : option N) (count : N) (sizes : list N)
  (bs : list (N * list (list Q))) : bool :=
  match bs with
  | [] => true
  | (l, rows) :: bs =>
      match size_of k l sizes with
      | Some width =>
          match after with Some m => N.ltb m l | None => true end &&
          N.eqb (size rows) count &&
          forallb (fun ws => N.eqb (size ws) width) rows &&
          existsb (existsb (fun w => negb (q_is_zero w))) rows &&
          blocks_fit k (Some l) count sizes bs
      | None => false
      end
  end.

(** The rows of the layers k, k + 1, ...; None if a block does not fit. *)
Fixpoint read_layers (k : N) (sizes : list N) (ls : list layer_text) : option (list (list row)) :=
  match ls with
  | [] => Some []
  | l :: ls =>
      let count := size (biases l) in
      if blocks_fit k None count sizes (blocks l) then
        match read_layers (N.succ k) (count :: sizes) ls with
        | Some rest => Some (layer_rows (biases l) (blocks l) :: rest)
        | None => None
        end
      else None
  end.

Definition is_nil {A} (l : list A) : bool := match l with [] => true | _ => false end.

(** The network of a text, whose last layer is the output; None if it is not well formed. *)
Definition read_network (t : network_text) : option network :=
  if N.eqb (input_count t) 0 then None else
  match read_layers 1 [input_count t] (layers t) with
  | Some rows =>
      let net := Network (removelast rows) (last rows []) in
      if negb (is_nil (output net)) && network_fits net then Some net else None
  | None => None
  end.
