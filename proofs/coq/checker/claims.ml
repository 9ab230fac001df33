(* The claims: which lines go to which function, and what is proved at the end. *)

open Lines
open Networks
open Trees
open Boxes

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

let some_tree_step line =
  match tree_step line with Some step -> step | None -> refuse "expected a step of this claim"

(* ---- claims about two networks (format, sections 6 to 8) ---- *)

let reduction key = function
  | ["merge"; n; m; c] -> V.Merge (key n, key m, number c)
  | ["unread"; n] -> V.Unread (key n)
  | ["off"; n] -> V.Off (key n)
  | ["on"; n] -> V.On (key n)
  | ["flip"; n] -> V.Flip (key n)
  | _ -> refuse "expected a step of this claim"

let isomorphic_step a b line =
  match tokens line with
  | ["match"; n; m; c] -> V.Match (neuron b n, neuron a m, number c)
  | _ -> refuse "expected 'match', a neuron of B, a neuron of A and a number"

(* What goes by names with its numbers, up to one of the words between such lists or the line's end. *)
let with_numbers name tokens =
  let rec read pairs = function
    | ("above" | "rows") :: _ | [] as rest -> (List.rev pairs, rest)
    | k :: y :: rest -> let k = name k in read ((k, number y) :: pairs) rest
    | _ -> refuse "expected pairs of a name and a number" in
  read [] tokens

let some = function
  | ([], _) -> refuse "nothing stands after 'above' or 'rows'"
  | lists -> lists

(* The leaf of a tree of cases; rows may be named under 'vanishes' only. *)
let never ~rows c d rest : V.branch_step =
  let (of_signs, rest) = with_numbers any_neuron rest in
  let (of_excess, rest) = match rest with
    | "above" :: rest -> some (with_numbers any_neuron rest)
    | _ -> ([], rest) in
  let (of_known, rest) = match rest with
    | "rows" :: rest when rows -> some (with_numbers big_natural rest)
    | _ -> ([], rest) in
  if rest <> [] then refuse "the leaf's lists are not those of this claim, in their order";
  V.NeverHere { of_row = number c; of_beside = number d; of_signs; of_excess; of_known }

let equal_step a b line =
  let on x net = function
    | ["dead"; n] -> V.Prune (x, V.Dead (neuron net n))
    | ["alive"; n] -> V.Prune (x, V.Alive (neuron net n))
    | ["apart"; n; m; w] -> V.Prune (x, V.Apart (neuron net n, neuron net m, number w))
    | words -> V.Plain (V.Reduce (x, reduction (neuron net) words)) in
  match tokens line with
  | "match" :: _ -> V.Plain (isomorphic_step a b line)
  | ["case"; k] -> V.Branch (V.CaseOf (any_neuron k))
  | "never" :: c :: d :: rest -> V.Branch (never ~rows:false c d rest)
  | word :: "A" :: rest -> on V.A a (word :: rest)
  | word :: "B" :: rest -> on V.B b (word :: rest)
  | _ -> refuse "expected a step of this claim"

let different_step a line =
  match tokens line with
  | "point" :: _ -> V.Point (List.map number (after "point" line (inputs a)))
  | "output" :: "A" :: _ -> V.Output (V.A, List.map number (after "output A" line (outputs a)))
  | "output" :: "B" :: _ -> V.Output (V.B, List.map number (after "output B" line (outputs a)))
  | _ -> refuse "expected 'point' or 'output'"

let not_isomorphic_step a line =
  match tokens line with
  | ["layers"] -> V.OtherDepth
  | "power" :: _ -> V.PowerIs (big (natural_after "power" line))
  | "slopes" :: _ ->
    (match List.map number (after "slopes" line 2) with
     | [p; q] -> V.SlopesAre (p, q)
     | _ -> refuse "expected two slopes")
  | "point" :: _ -> V.VariedPoint (List.map number (after "point" line (inputs a)))
  | "neurons" :: l :: zs -> V.NeuronsHave (big (natural l), List.map number zs)
  | "output" :: i :: zs -> V.OutputHas (big (natural i), List.map number zs)
  | _ -> refuse "expected a step of this claim"

(* ---- regions (format, section 10) ---- *)

let regions_step line =
  match tokens line with
  | "cell" :: q :: (_ :: _ as ps) -> V.Face (positive q, List.map big_integer ps)
  | ["open"] -> V.Open None
  | "open" :: q :: (_ :: _ as ps) -> V.Open (Some (positive q, List.map big_integer ps))
  | "count" :: (_ :: _ as ns) -> V.Count (List.map big_natural ns)
  | _ -> V.TreeStep (some_tree_step line)

let regions_sentence net (root : V.root_text) (last : V.regions_state) =
  let counts = match last.counted with Some ns -> ns | None -> [] in
  let faces = List.mapi
      (fun k n ->
         if k = 0 then Big.to_string n ^ " activation regions"
         else Printf.sprintf "%s faces of codimension %d" (Big.to_string n) k) counts in
  let opened = last.the_tree.skipped in
  Printf.sprintf "network A (sha256 %s) has %s %s in %s, in real arithmetic" net.sha
    (if Big.sign opened = 0 then "exactly"
     else Printf.sprintf "(with %s branches left open) at least" (Big.to_string opened))
    (String.concat ", " faces)
    (if root.domain_rows = [] then "the input space" else "the interior of the stated domain")

(* ---- boundaries (format, section 10.1) ---- *)

let boundaries_step line =
  match tokens line with
  | ["boundary"; r; p; c] -> V.Boundary (big_natural r, big_natural p, big_natural c)
  | ["meet"; r; s] -> V.Meet (big_natural r, big_natural s)
  | _ -> V.FaceStep (regions_step line)

(* What the lines say, the first of which is about the first hidden neuron. *)
let boundaries_sentence net (last : V.boundaries_state) =
  let stated = match last.bd_concluded with Some (lines, _) -> lines | None -> [] in
  let names = List.concat (List.init (Array.length net.sizes - 2) (fun l ->
      List.init net.sizes.(l + 1) (fun i -> Printf.sprintf "%d:%d" (l + 1) i))) in
  let those which =
    List.concat (List.map2 (fun name ((_, _), parts) -> if which parts then [name] else [])
                   names stated) in
  let apart = those (fun parts -> Big.gt parts Big.one) in
  let none = those (fun parts -> Big.sign parts = 0) in
  let pieces = List.fold_left (fun n ((_, p), _) -> Big.add n p) Big.zero stated in
  Printf.sprintf "%s of the facets are pieces of boundaries; %s%s; %d pairs of boundaries meet"
    (Big.to_string pieces)
    (if apart = [] then "every boundary is connected"
     else "not connected: " ^ String.concat " " apart)
    (if none = [] then "" else "; without a boundary: " ^ String.concat " " none)
    (List.length last.bd_meets)

(* ---- two networks on a domain (format, section 11) ---- *)

let read_reductions lines =
  times (natural_after "reductions" (take lines)) (fun () -> reduction any_neuron (tokens (take lines)))

let read_scale lines m = List.map number (after "scale" (take lines) m)
let read_shift lines m = List.map number (after "shift" (take lines) m)

let read_adjustment lines a =
  let scales = read_scale lines (outputs a) in
  let shifts = read_shift lines (outputs a) in
  (scales, shifts)

(* The reductions and the tree's root, on a domain that is stated before them if it is in a hyperplane. *)
let read_ground lines n : V.reduction list * V.plane_text option * V.root_text =
  if starts_with "domain " (peek lines) then begin
    let domain_rows = read_domain lines n in
    let plane = read_plane lines in
    let reductions = read_reductions lines in
    let stated_depth = big (natural_after "depth" (take lines)) in
    let its_norm = read_norm lines (List.length plane.point_inside) in
    (reductions, Some plane, { domain_rows; stated_depth; its_norm })
  end else begin
    let reductions = read_reductions lines in
    (reductions, None, read_root lines n)
  end

let read_apart lines a (scales, shifts) : V.apart_text =
  let (reductions, apart_plane, apart_root) = read_ground lines (inputs a) in
  { scales; shifts; reductions; apart_plane; apart_root }

(* Reductions on one line. *)
let rec reductions_of = function
  | [] -> []
  | "merge" :: n :: m :: c :: rest -> reduction any_neuron ["merge"; n; m; c] :: reductions_of rest
  | word :: n :: rest -> reduction any_neuron [word; n] :: reductions_of rest
  | _ -> refuse "expected reductions"

let equal_on_step line =
  match tokens line with
  | ["same"] -> V.Same
  | "cancels" :: steps -> V.Cancels (reductions_of steps)
  | ["vanishes"] -> V.Vanishes
  | ["case"; k] -> V.UnderVanishes (V.CaseOf (any_neuron k))
  | ["same"; k; l; c] -> V.UnderVanishes (V.SameAs (any_neuron k, any_neuron l, number c))
  | "never" :: c :: d :: rest -> V.UnderVanishes (never ~rows:true c d rest)
  | _ -> V.EqualOnTree (some_tree_step line)

let within_step m line =
  match tokens line with
  | ("lower" | "upper" as word) :: i :: c :: e :: ps ->
    V.Bound (word = "upper", big_natural i, positive c, big_natural e, pairs ps)
  | ["bounded"] -> V.Bounded
  | "bounds" :: _ -> V.Bounds (in_pairs (List.map number (after "bounds" line (2 * m))))
  | "attained" :: i :: q :: (_ :: _ as ps) ->
    V.Attained (big_natural i, positive q, List.map big_integer ps)
  | _ -> V.WithinTree (some_tree_step line)

let same_class_step line =
  match tokens line with
  | ["class"; i] -> V.Class (big_natural i)
  | _ -> V.ClassTree (some_tree_step line)

let unbounded_step a line =
  let n = inputs a in
  match tokens line with
  | "point" :: _ -> V.RayPoint (List.map number (after "point" line n))
  | "ray" :: _ -> V.Ray (List.map number (after "ray" line n))
  | _ -> refuse "expected 'point' or 'ray'"

let is_number p q (x : V.q) = Big.equal x.qnum p && Big.equal x.qden q

(* The two functions that are compared, for a sentence. *)
let two_names a b scales shifts =
  let trivial = List.for_all (is_number Big.one Big.one) scales
    && List.for_all (is_number Big.zero Big.one) shifts in
  Printf.sprintf "network A (sha256 %s) and network B (sha256 %s)%s" a.sha b.sha
    (if trivial then "" else ", its outputs scaled and shifted as stated,")

let where rows = function
  | Some _ -> "the stated domain"
  | None -> if rows = [] then "the input space" else "the stated domain's interior"

let spelt (x : V.q) =
  Big.to_string x.qnum ^ if Big.equal x.qden Big.one then "" else "/" ^ Big.to_string x.qden

let rec int_of_nat = function V.O -> 0 | V.S n -> 1 + int_of_nat n

let within_sentence names bounds attained points =
  let stated = match bounds with
    | Some bs -> List.concat_map (fun (l, u) -> [spelt l; spelt u]) bs | None -> [] in
  let short = List.fold_left (fun n s -> n + String.length s) 0 stated < 200 in
  Printf.sprintf
    "within: the outputs of %s differ, first less second, by no less than the stated lower and no \
     more than the stated upper bounds%s at every point of %s, in real arithmetic%s"
    names (if attained then " (which are attained)" else "") points
    (if short then ": " ^ String.concat " " stated else "")

(* ---- properties (format, section 10.2) ---- *)

let rec split_at n l =
  if n = 0 then ([], l) else match l with
    | x :: l -> let (a, b) = split_at (n - 1) l in (x :: a, b)
    | [] -> ([], [])

let read_constraint lines n m : V.constraint0 =
  let line = take lines in
  let word = List.hd (tokens line) in
  if word <> "positive" && word <> "nonnegative" then
    refuse "expected 'positive' or 'nonnegative' with the numbers of a constraint";
  let (of_inputs, rest) = split_at n (List.map number (after word line (n + m + 1))) in
  let (of_outputs, rest) = split_at m rest in
  { strict = (word = "positive"); of_inputs; of_outputs; at_zero = List.hd rest }

let read_part lines n m : V.part_text =
  let part_rows = read_domain lines n in
  let conjunctions = times (natural_after "conjunctions" (take lines)) (fun () ->
      times (natural_after "conjunction" (take lines)) (fun () -> read_constraint lines n m)) in
  { part_rows; conjunctions }

let unsatisfied_step lines line =
  match tokens line with
  | ["part"] -> V.NextPart
  | "pin" :: r :: j :: (_ :: _ as ps) -> V.Pin (big_natural r, big_natural j, pairs ps)
  | ["cut"; j; q; p] -> V.Cut (big_natural j, positive q, big_integer p)
  | ["enclosed"; s] -> V.Enclosed (places s)
  | "vacant" :: (_ :: _ as ps) -> V.Vacant (pairs ps)
  | "inside" :: xs ->
    let xs = List.map number xs in
    V.Inside (xs, read_norm lines (List.length xs))
  | "violated" :: i :: e :: ps -> V.Violated (big_natural i, big_natural e, pairs ps)
  | _ -> V.PartStep (some_tree_step line)

let satisfied_step nets line =
  let letter k = String.make 1 (Char.chr (Char.code 'A' + k)) in
  match tokens line with
  | "point" :: xs -> V.PointOf (List.map number xs)
  | "output" :: x :: ys ->
    (match List.find_opt (fun k -> letter k = x) (List.init (List.length nets) Fun.id) with
     | Some k -> V.OutputOf (big k, List.map number ys)
     | None -> refuse "expected the outputs of a network of the claim")
  | _ -> refuse "expected 'point' or 'output'"

let all_names nets =
  String.concat " and " (List.mapi (fun k net ->
      Printf.sprintf "network %c (sha256 %s)" (Char.chr (Char.code 'A' + k)) net.sha) nets)

let total f nets = List.fold_left (fun n net -> n + f net) 0 nets

let texts = List.map (fun net -> net.text)

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
  let any_number letters =
    let alphabet = List.init 26 (fun k -> String.make 1 (Char.chr (Char.code 'A' + k))) in
    if letters <> fst (split_at (List.length letters) alphabet) then
      refuse "the networks of a claim go by the letters in their order";
    let nets = List.map (read_network lines) letters in
    known (List.hd nets) (fst expected);
    (match nets, expected with
     | _ :: b :: _, (_, sha) -> known b sha
     | _, (_, Some _) -> refuse "there is no network B"
     | _ -> ());
    nets in
  let line = take lines in
  match line with
  | "claim isomorphic A B" ->
    let (a, b) = two () in
    let start = V.isomorphic_start a.text b.text in
    ignore (prove lines start (isomorphic_step a b) V.isomorphic_take V.equal_finish);
    Printf.sprintf
      "isomorphic: network B (sha256 %s) is network A (sha256 %s) with the neurons of each hidden \
       layer permuted and scaled by positive numbers, so both are the same function, in real \
       arithmetic" b.sha a.sha
  | "claim equal A B" ->
    let (a, b) = two () in
    let start = V.equality_start a.text b.text in
    ignore (prove lines start (equal_step a b) V.equality_take V.equality_finish);
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
  | "claim not-isomorphic A B" ->
    let (a, b) = two () in
    let start = V.not_isomorphic_start a.text b.text in
    ignore (prove lines start (not_isomorphic_step a) V.not_isomorphic_take V.not_isomorphic_finish);
    Printf.sprintf
      "not-isomorphic: network B (sha256 %s) is not network A (sha256 %s) with the neurons of each \
       hidden layer permuted and scaled by positive numbers" b.sha a.sha
  | "claim regions A" ->
    let a = read_network lines "A" in
    known a (fst expected);
    if snd expected <> None then refuse "there is no network B";
    let root = read_root lines (inputs a) in
    let start = V.regions_start a.text root in
    let last = prove lines start regions_step V.regions_take V.regions_finish in
    Printf.sprintf "regions: %s" (regions_sentence a root last)
  | "claim boundaries A" ->
    let a = read_network lines "A" in
    known a (fst expected);
    if snd expected <> None then refuse "there is no network B";
    let root = read_root lines (inputs a) in
    let start = V.boundaries_start a.text root in
    let last = prove lines start boundaries_step V.boundaries_take V.boundaries_finish in
    Printf.sprintf "boundaries: %s; %s" (regions_sentence a root last.bd_regions)
      (boundaries_sentence a last)
  | "claim equal-on A B" ->
    let (a, b) = two () in
    let text = read_apart lines a (read_adjustment lines a) in
    let start = V.equal_on_start a.text b.text text in
    ignore (prove lines start equal_on_step V.equal_on_take V.equal_on_finish);
    Printf.sprintf "equal-on: %s have the same outputs at every point of %s, in real arithmetic"
      (two_names a b text.scales text.shifts) (where text.apart_root.domain_rows text.apart_plane)
  | "claim other-class A B" ->
    let (a, b) = two () in
    let start = V.different_start a.text b.text in
    ignore (prove lines start (different_step a) V.different_take V.other_class_finish);
    Printf.sprintf
      "other-class: network A (sha256 %s) and network B (sha256 %s) have different outputs at the \
       exact input that the certificate states, in real arithmetic; the largest output there is \
       another one in A than in B" a.sha b.sha
  | "claim unscalable A B" ->
    let (a, b) = two () in
    let start = V.unscalable_start a.text b.text in
    ignore (prove lines start (different_step a) V.unscalable_take V.unscalable_finish);
    Printf.sprintf
      "unscalable: some output of network A (sha256 %s) is not, at every input, that of network B \
       (sha256 %s) times a number other than 0 plus a number, in real arithmetic" a.sha b.sha
  | "claim same-class A B" ->
    let (a, b) = two () in
    let (class_reductions, class_plane, class_root) = read_ground lines (inputs a) in
    let text : V.classes_text = { class_reductions; class_plane; class_root } in
    let start = V.same_class_start a.text b.text text in
    ignore (prove lines start same_class_step V.same_class_take V.same_class_finish);
    Printf.sprintf
      "same-class: at every point of %s one and the same output is a largest one of network A \
       (sha256 %s) and of network B (sha256 %s), in real arithmetic"
      (where class_root.domain_rows class_plane) a.sha b.sha
  | "claim unbounded A B" ->
    let (a, b) = two () in
    let ub_scales = read_scale lines (outputs a) in
    let ub_shifts = read_shift lines (outputs a) in
    let ub_rows = read_domain lines (inputs a) in
    let start = V.unbounded_start a.text b.text { ub_scales; ub_shifts; ub_rows } in
    ignore (prove lines start (unbounded_step a) V.unbounded_take V.unbounded_finish);
    Printf.sprintf
      "unbounded: the outputs of %s differ by more than any bound on the stated domain, namely \
       along the stated ray, in real arithmetic" (two_names a b ub_scales ub_shifts)
  | "claim within A B" ->
    let (a, b) = two () in
    let (scales, shifts) as adjustment = read_adjustment lines a in
    if starts_with "pairs " (peek lines) then begin
      let text = read_boxes lines a b scales shifts in
      let start = V.boxes_start a.text b.text text in
      let last = prove lines start (boxes_step (outputs a)) V.boxes_take V.boxes_finish in
      within_sentence (two_names a b scales shifts) last.bx_stated (V.boxes_attained last)
        "the stated domain" ^
      match last.bx_reached with
      | Some (i, y) ->
        Printf.sprintf "; output %d differs by %s at a stated input" (int_of_nat i)
          (if String.length (spelt y) < 200 then spelt y else "what it is there")
      | None -> ""
    end else begin
      let text = read_apart lines a adjustment in
      let start = V.within_start a.text b.text text in
      let last = prove lines start (within_step (outputs a)) V.within_take V.within_finish in
      within_sentence (two_names a b scales shifts) last.stated_bounds (V.all_attained last)
        (where text.apart_root.domain_rows text.apart_plane)
    end
  | _ ->
    match tokens line with
    | "claim" :: "unsatisfied" :: ("A" :: _ as letters) ->
      let nets = any_number letters in
      let parts = times (natural_after "parts" (take lines)) (fun () ->
          read_part lines (total inputs nets) (total outputs nets)) in
      let start = V.unsatisfied_start (texts nets) parts in
      ignore (prove lines start (unsatisfied_step lines) V.unsatisfied_take V.unsatisfied_finish);
      Printf.sprintf "unsatisfied: no input of %s has the stated property, in real arithmetic"
        (all_names nets)
    | "claim" :: "satisfied" :: ("A" :: _ as letters) ->
      let nets = any_number letters in
      let part = read_part lines (total inputs nets) (total outputs nets) in
      let start = V.satisfied_start (texts nets) part in
      ignore (prove lines start (satisfied_step nets) V.satisfied_take V.satisfied_finish);
      Printf.sprintf
        "satisfied: the stated input of %s has the stated property, in real arithmetic"
        (all_names nets)
    | _ -> refuse "expected 'claim', a claim of the format, and its networks' names"

