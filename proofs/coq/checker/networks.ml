(* Networks inside a certificate (format, sections 3 and 5). *)

open Lines
module V = Verified

let starts_with prefix s =
  String.length s >= String.length prefix
  && String.sub s 0 (String.length prefix) = prefix

let big = Big.of_int

type network = { sha : string; text : V.network_text; sizes : int array (* of layers 0, 1, ... *) }

let natural_after word line =
  match tokens line with
  | [w; n] when w = word -> natural n
  | _ -> refuse (Printf.sprintf "expected a line '%s' with a natural number" word)

let times count f = List.init count (fun _ -> f ())

let read_network lines name =
  let stated =
    match tokens (take lines) with
    | ["network"; n; sha] when n = name -> sha
    | _ -> refuse (Printf.sprintf "expected the line 'network %s' with its sha256" name) in
  let hash = Sha256.start () in
  let take () = let line = take lines in Sha256.add hash line; Sha256.add hash "\n"; line in
  if take () <> "exactrev-network 1" then refuse "expected the line 'exactrev-network 1'";
  let inputs = natural_after "inputs" (take ()) in
  let sizes = ref [inputs] in
  let rec layers () =
    if not (starts_with "layer " (peek lines)) then [] else begin
      let size = natural_after "layer" (take ()) in
      let biases = List.map number (after "bias" (take ()) size) in
      sizes := size :: !sizes;
      let rec blocks () =
        if not (starts_with "from " (peek lines)) then [] else begin
          let source = natural_after "from" (take ()) in
          let rows = times size (fun () -> numbers (take ())) in
          (big source, rows) :: blocks ()
        end in
      let blocks = blocks () in
      let layer : V.layer_text = { biases; blocks } in
      layer :: layers ()
    end in
  let layers = layers () in
  (match tokens (peek lines) with
   | ("network" | "scale" | "reductions" | "domain" | "parts" | "proof") :: _ -> ()
   | _ -> refuse "expected 'from', 'layer' or the end of the network");
  if Sha256.finish hash <> stated then
    refuse (Printf.sprintf "network %s does not have the sha256 stated for it" name);
  { sha = stated; text = { input_count = big inputs; layers };
    sizes = Array.of_list (List.rev !sizes) }

let inputs net = net.sizes.(0)
let outputs net = net.sizes.(Array.length net.sizes - 1)

(* The name of a hidden neuron of some network. *)
let any_neuron token =
  match String.split_on_char ':' token with
  | [l; i] ->
    let l = natural l and i = natural i in
    if l < 1 then refuse "the network has no such hidden neuron";
    (big l, big i)
  | _ -> refuse "expected a neuron"

(* The name of a hidden neuron that the network has. *)
let neuron net token =
  let (l, i) = any_neuron token in
  let layer = Big.to_int l in
  if layer >= Array.length net.sizes - 1 || Big.to_int i >= net.sizes.(layer) then
    refuse "the network has no such hidden neuron";
  (l, i)
