(* What trees of cells are made of (format, section 9). *)

open Lines
open Networks

let max_inputs = 10_000

let list_after word line kind =
  match tokens line with
  | w :: (_ :: _ as rest) when w = word -> List.map kind rest
  | _ -> refuse (Printf.sprintf "expected a line '%s' with its numbers" word)

let require_few n =
  if n > max_inputs then
    refuse (Printf.sprintf "this checker takes trees in at most %d inputs" max_inputs)

(* The lines about a norm, of a tree in n inputs. *)
let read_norm lines n : V.norm_text =
  require_few n;
  let norm_rows, coordinates =
    if not (starts_with "norm " (peek lines)) then [], None else begin
      let rows = list_after "norm" (take lines) big_natural in
      let m = List.length rows in
      if m >= n then rows, None
      else rows, Some (list_after "coordinates" (take lines) big_natural)
    end in
  let m = List.length norm_rows in
  let inverse =
    List.map (fun _ -> List.map number (after "inverse" (take lines) m)) norm_rows in
  { norm_rows; coordinates; inverse }

let positive s =
  let n = big_natural s in
  if Big.sign n = 0 then refuse "expected a positive integer";
  n

let nonzero s =
  let n = big_integer s in
  if Big.sign n = 0 then refuse "expected an integer other than 0";
  n

let rec pairs = function
  | [] -> []
  | k :: y :: rest -> let k = big_natural k in let y = nonzero y in (k, y) :: pairs rest
  | _ -> refuse "expected pairs of a row number and a multiplier"

let read_domain lines n =
  let rows = natural_after "domain" (take lines) in
  times rows (fun () -> List.map number (after "row" (take lines) (n + 1)))

let read_root lines n : V.root_text =
  require_few n;
  let domain_rows = read_domain lines n in
  let stated_depth = big (natural_after "depth" (take lines)) in
  let its_norm = read_norm lines n in
  { domain_rows; stated_depth; its_norm }

(* Inputs taken out of a domain in a hyperplane, and a point inside (format, section 11). *)
let rec read_pins lines =
  match tokens (peek lines) with
  | "pin" :: r :: j :: (_ :: _ as ps) ->
    ignore (take lines);
    let pin = ((big_natural r, big_natural j), pairs ps) in
    pin :: read_pins lines
  | _ -> []

let read_plane lines : V.plane_text =
  let taken_out = read_pins lines in
  match tokens (take lines) with
  | "inside" :: xs -> { taken_out; point_inside = List.map number xs }
  | _ -> refuse "expected 'pin' or 'inside' with their numbers"

(* A step of section 9; None if it is none. *)
let tree_step line =
  match tokens line with
  | ["split"; r] -> Some (V.Split (big_natural r))
  | ["zero"; r] -> Some (V.IsZero (big_natural r))
  | "on" :: r :: c :: e :: ps ->
    Some (V.DecideOn (big_natural r, positive c, big_natural e, pairs ps))
  | "off" :: r :: c :: e :: ps ->
    Some (V.DecideOff (big_natural r, positive c, big_natural e, pairs ps))
  | "empty" :: e :: ps -> Some (V.Empty (big_natural e, pairs ps))
  | _ -> None
