(* Steps about boxes (format, sections 10.2 and 11). *)

open Lines
open Networks
open Trees

let max_places = 10_000

let places s =
  let s = big_natural s in
  if Big.gt s (big max_places) then
    refuse (Printf.sprintf "this checker takes at most %d binary places" max_places);
  s

let rec in_pairs = function x :: y :: rest -> (x, y) :: in_pairs rest | _ -> []

(* 'within' by boxes: neurons of B paired with those of A. *)
let read_pair lines a b : V.pair_text =
  match tokens (take lines) with
  | ["pair"; q; p; c] ->
    let (pair_layer, pair_b) = neuron b q and (layer, pair_a) = neuron a p in
    if not (Big.equal layer pair_layer) then refuse "neurons of one layer are paired";
    { pair_layer; pair_b; pair_a; pair_number = number c }
  | _ -> refuse "expected 'pair', a neuron of B, a neuron of A and a number"

let read_boxes lines a b box_scales box_shifts : V.boxes_text =
  let box_pairs = times (natural_after "pairs" (take lines)) (fun () -> read_pair lines a b) in
  { box_scales; box_shifts; box_pairs; box_rows = read_domain lines (inputs a) }

let boxes_step m line =
  match tokens line with
  | "sum" :: (_ :: _ as ps) -> V.BoxSum (pairs ps)
  | "vacant" :: (_ :: _ as ps) -> V.BoxVacant (pairs ps)
  | ["cut"; j; q; p] -> V.BoxCut (big_natural j, positive q, big_integer p)
  | ["enclosed"; s] -> V.BoxEnclosed (places s)
  | "bounds" :: _ -> V.BoxBounds (in_pairs (List.map number (after "bounds" line (2 * m))))
  | "attained" :: i :: q :: (_ :: _ as ps) ->
    V.BoxAttained (big_natural i, positive q, List.map big_integer ps)
  | "reached" :: i :: q :: (_ :: _ as ps) ->
    V.BoxReached (big_natural i, positive q, List.map big_integer ps)
  | _ -> refuse "expected a step of this claim"
