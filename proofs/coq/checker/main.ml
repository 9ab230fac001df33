(* The program around the verified functions: it reads a file, hands its numbers to them, and prints
   their verdict.  It is trusted, like the extraction's mappings: see proofs/README.md. *)

open Lines
module V = Verified

let starts_with prefix s =
  String.length s >= String.length prefix
  && String.sub s 0 (String.length prefix) = prefix

let big = Big.of_int

(* ---- networks (format, section 3) ---- *)

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
   | ("network" | "domain" | "proof") :: _ -> ()
   | _ -> refuse "expected 'from', 'layer' or the end of the network");
  if Sha256.finish hash <> stated then
    refuse (Printf.sprintf "network %s does not have the sha256 stated for it" name);
  { sha = stated; text = { input_count = big inputs; layers };
    sizes = Array.of_list (List.rev !sizes) }

let inputs net = net.sizes.(0)
let outputs net = net.sizes.(Array.length net.sizes - 1)

(* ---- steps ---- *)

(* The name of a hidden neuron that the network has. *)
let neuron net token =
  match String.split_on_char ':' token with
  | [l; i] ->
    let l = natural l and i = natural i in
    if l < 1 || l >= Array.length net.sizes - 1 || i >= net.sizes.(l) then
      refuse "the network has no such hidden neuron";
    (big l, big i)
  | _ -> refuse "expected a neuron"

let equal_step a b line =
  let named x = match x with
    | "A" -> (V.A, a) | "B" -> (V.B, b) | _ -> refuse "expected a network, A or B" in
  match tokens line with
  | ["match"; n; m; c] -> V.Match (neuron b n, neuron a m, number c)
  | ["merge"; x; n; m; c] ->
    let (x, net) = named x in V.Reduce (x, V.Merge (neuron net n, neuron net m, number c))
  | ["unread"; x; n] -> let (x, net) = named x in V.Reduce (x, V.Unread (neuron net n))
  | ["off"; x; n] -> let (x, net) = named x in V.Reduce (x, V.Off (neuron net n))
  | ["on"; x; n] -> let (x, net) = named x in V.Reduce (x, V.On (neuron net n))
  | ["flip"; x; n] -> let (x, net) = named x in V.Reduce (x, V.Flip (neuron net n))
  | _ -> refuse "expected a step of this claim"

let different_step a line =
  match tokens line with
  | "point" :: _ -> V.Point (List.map number (after "point" line (inputs a)))
  | "output" :: "A" :: _ -> V.Output (V.A, List.map number (after "output A" line (outputs a)))
  | "output" :: "B" :: _ -> V.Output (V.B, List.map number (after "output B" line (outputs a)))
  | _ -> refuse "expected 'point' or 'output'"

(* ---- trees (format, sections 9 and 10) ---- *)

let max_inputs = 10_000

let list_after word line kind =
  match tokens line with
  | w :: (_ :: _ as rest) when w = word -> List.map kind rest
  | _ -> refuse (Printf.sprintf "expected a line '%s' with its numbers" word)

let read_root lines net : V.root_text =
  let n = inputs net in
  if n > max_inputs then
    refuse (Printf.sprintf "this checker takes trees in at most %d inputs" max_inputs);
  let rows = natural_after "domain" (take lines) in
  let domain_rows = times rows (fun () -> List.map number (after "row" (take lines) (n + 1))) in
  let depth = natural_after "depth" (take lines) in
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
  { domain_rows; stated_depth = big depth; norm_rows; coordinates; inverse }

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

let regions_step line =
  match tokens line with
  | ["split"; r] -> V.TreeStep (V.Split (big_natural r))
  | ["zero"; r] -> V.TreeStep (V.IsZero (big_natural r))
  | "on" :: r :: c :: e :: ps ->
    V.TreeStep (V.DecideOn (big_natural r, positive c, big_natural e, pairs ps))
  | "off" :: r :: c :: e :: ps ->
    V.TreeStep (V.DecideOff (big_natural r, positive c, big_natural e, pairs ps))
  | "empty" :: e :: ps -> V.TreeStep (V.Empty (big_natural e, pairs ps))
  | "cell" :: q :: (_ :: _ as ps) -> V.Face (positive q, List.map big_integer ps)
  | ["open"] -> V.Open None
  | "open" :: q :: (_ :: _ as ps) -> V.Open (Some (positive q, List.map big_integer ps))
  | "count" :: (_ :: _ as ns) -> V.Count (List.map big_natural ns)
  | _ -> refuse "expected a step of this claim"

(* ---- claims ---- *)

(* Take every step up to 'end', then finish. *)
let prove lines start parse take_step finish =
  expect lines "proof";
  let rec go state =
    let line = take lines in
    if line = "end" then state else
      match take_step state (parse line) with
      | Some state -> go state
      | None -> refuse "the step does not hold" in
  let state =
    match start with
    | Some state -> go state
    | None -> refuse "what stands before the proof is not well formed or does not hold" in
  if not (finish state) then refuse "the steps do not prove the claim";
  expect_nothing lines;
  state

let judge lines expected =
  expect lines "exactrev-certificate 1";
  expect lines "semantics real";
  let known net sha = match sha with
    | Some sha when sha <> net.sha -> refuse "a network is not the expected one: its sha256 differs"
    | _ -> () in
  let two () =
    let a = read_network lines "A" in
    let b = read_network lines "B" in
    known a (fst expected); known b (snd expected);
    (a, b) in
  match take lines with
  | "claim isomorphic A B" ->
    let (a, b) = two () in
    let start = V.isomorphic_start a.text b.text in
    ignore (prove lines start (equal_step a b) V.isomorphic_take V.equal_finish);
    Printf.sprintf
      "isomorphic: network B (sha256 %s) is network A (sha256 %s) with the neurons of each hidden \
       layer permuted and scaled by positive numbers, so both are the same function, in real \
       arithmetic" b.sha a.sha
  | "claim equal A B" ->
    let (a, b) = two () in
    let start = V.equal_start a.text b.text in
    ignore (prove lines start (equal_step a b) V.equal_take V.equal_finish);
    Printf.sprintf
      "equal: network A (sha256 %s) and network B (sha256 %s) have the same outputs at every real \
       input, in real arithmetic" a.sha b.sha
  | "claim different A B" ->
    let (a, b) = two () in
    let start = V.different_start a.text b.text in
    ignore (prove lines start (different_step a) V.different_take V.different_finish);
    Printf.sprintf
      "different: network A (sha256 %s) and network B (sha256 %s) have different outputs at the \
       exact input that the certificate states, in real arithmetic" a.sha b.sha
  | "claim regions A" ->
    let a = read_network lines "A" in
    known a (fst expected);
    if snd expected <> None then refuse "there is no network B";
    let root = read_root lines a in
    let start = V.regions_start a.text root in
    let last = prove lines start regions_step V.regions_take V.regions_finish in
    let counts = match last.counted with Some ns -> ns | None -> [] in
    let faces = List.mapi
        (fun k n -> Printf.sprintf "%s faces of codimension %d" (Big.to_string n) k) counts in
    let opened = last.the_tree.skipped in
    Printf.sprintf "regions: network A (sha256 %s) has %s %s in %s, in real arithmetic" a.sha
      (if Big.sign opened = 0 then "exactly"
       else Printf.sprintf "(with %s branches left open) at least" (Big.to_string opened))
      (String.concat ", " faces)
      (if root.domain_rows = [] then "the input space" else "the interior of the stated domain")
  | _ ->
    refuse "expected 'claim', one of isomorphic, equal, different, regions, and its networks' names"

(* ---- files ---- *)

exception Unreadable of string

(* The first bytes of a file tell its compression; gzip is left to the program of that name. *)
let with_text path f =
  let descriptor =
    try Unix.openfile path [Unix.O_RDONLY] 0
    with Unix.Unix_error (e, _, _) -> raise (Unreadable (Unix.error_message e)) in
  let channel = Unix.in_channel_of_descr descriptor in
  set_binary_mode_in channel true;
  let start =
    try let bytes = Bytes.create 4 in Bytes.sub_string bytes 0 (input channel bytes 0 4)
    with Sys_error e -> raise (Unreadable e) in
  if start = "\x28\xb5\x2f\xfd" then
    raise (Unreadable "it is zstd-compressed; decompress it first (zstd -d FILE)");
  if not (starts_with "\x1f\x8b" start) then (seek_in channel 0; f channel)
  else begin
    ignore (Unix.lseek descriptor 0 Unix.SEEK_SET);
    let (reading, writing) = Unix.pipe ~cloexec:true () in
    let gzip =
      Unix.create_process "gzip" [| "gzip"; "-dc" |] descriptor writing Unix.stderr in
    Unix.close writing;
    let text = Unix.in_channel_of_descr reading in
    set_binary_mode_in text true;
    let verdict = try Ok (f text) with Refused reason -> Error reason in
    close_in text;
    match snd (Unix.waitpid [] gzip), verdict with
    | Unix.WEXITED 0, Ok claim -> claim
    | _, Ok _ -> refuse "the gzip compression is damaged or cut short"
    | _, Error reason -> refuse reason
  end

let judge_file path expected =
  with_text path (fun channel ->
      let lines = of_channel channel in
      let refused reason = refuse (Printf.sprintf "line %d: %s" lines.number reason) in
      try judge lines expected with
      | Refused reason -> refused reason
      | Stack_overflow | Out_of_memory ->
        refused "the certificate needs more memory than there is")

let () =
  let path = ref "" and sha_a = ref None and sha_b = ref None in
  let some place = Arg.String (fun s -> place := Some s) in
  let options = [
    "--sha256-a", some sha_a, "HEX the sha256 network A must have";
    "--sha256-b", some sha_b, "HEX the sha256 network B must have" ] in
  let usage = "exactrev-check [--sha256-a HEX] [--sha256-b HEX] FILE" in
  let set_path p =
    if !path = "" then path := p else raise (Arg.Bad "one file, please") in
  Arg.parse options set_path usage;
  if !path = "" then (Arg.usage options usage; exit 2);
  Sys.set_signal Sys.sigpipe Sys.Signal_ignore;
  match judge_file !path (!sha_a, !sha_b) with
  | claim -> print_endline ("accepted " ^ claim)
  | exception Refused reason -> print_endline ("rejected " ^ reason); exit 1
  | exception Unreadable reason -> prerr_endline (!path ^ ": " ^ reason); exit 2
  | exception Sys_error reason -> prerr_endline (!path ^ ": " ^ reason); exit 2
