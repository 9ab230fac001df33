(** * The checker as an OCaml program

    Coq's binary numbers become zarith's integers; each line here is trusted to say what the Coq
    definition says (see proofs/README.md).  [Big] is zarith's module [Z] under another name. *)

From ExactRev Require Import Boundaries Equal EqualOn Within Unsatisfied Classes Points BoxesWithin.
From ExactRev Require Import Varied.
Require Import ExtrOcamlBasic.
Extraction Language OCaml.

Extract Inductive positive => "Big.t"
  [ "(fun p -> Big.succ (Big.shift_left p 1))" "(fun p -> Big.shift_left p 1)" "Big.one" ]
  "(fun odd even one p -> if Big.equal p Big.one then one () else
    let half = Big.shift_right p 1 in if Big.is_odd p then odd half else even half)".
Extract Inductive N => "Big.t" [ "Big.zero" "(fun p -> p)" ]
  "(fun zero pos n -> if Big.sign n = 0 then zero () else pos n)".
Extract Inductive Z => "Big.t" [ "Big.zero" "(fun p -> p)" "Big.neg" ]
  "(fun zero pos neg z -> let s = Big.sign z in
    if s = 0 then zero () else if s > 0 then pos z else neg (Big.neg z))".

Extract Constant Pos.mul => "Big.mul".
Extract Constant Pos.eqb => "Big.equal".

Extract Constant N.succ => "Big.succ".
Extract Constant N.pred => "(fun n -> if Big.sign n = 0 then n else Big.pred n)".
Extract Constant N.add => "Big.add".
Extract Constant N.sub => "(fun a b -> if Big.leq a b then Big.zero else Big.sub a b)".
Extract Constant N.eqb => "Big.equal".
Extract Constant N.leb => "Big.leq".
Extract Constant N.ltb => "Big.lt".
Extract Constant N.compare =>
  "(fun a b -> let c = Big.compare a b in if c = 0 then Eq else if c < 0 then Lt else Gt)".

Extract Constant Z.add => "Big.add".
Extract Constant Z.sub => "Big.sub".
Extract Constant Z.mul => "Big.mul".
Extract Constant Z.opp => "Big.neg".
Extract Constant Z.abs => "Big.abs".
Extract Constant Z.max => "Big.max".
Extract Constant Z.eqb => "Big.equal".
Extract Constant Z.leb => "Big.leq".
Extract Constant Z.ltb => "Big.lt".
Extract Constant Zeq_bool => "Big.equal".
Extract Constant Z.compare =>
  "(fun a b -> let c = Big.compare a b in if c = 0 then Eq else if c < 0 then Lt else Gt)".
Extract Constant Z.gcd => "Big.gcd".
Extract Constant Z.lcm => "Big.lcm".
Extract Constant Z.div => "(fun a b -> if Big.sign b = 0 then Big.zero else Big.fdiv a b)".
(* Shifts and logarithms are of numbers that are not negative, but for what is shifted. *)
Extract Constant Z.shiftl => "(fun a n -> if Big.sign n >= 0 then Big.shift_left a (Big.to_int n)
    else Big.shift_right a (Big.to_int (Big.neg n)))".
Extract Constant Z.shiftr => "(fun a n -> if Big.sign n >= 0 then Big.shift_right a (Big.to_int n)
    else Big.shift_left a (Big.to_int (Big.neg n)))".
Extract Constant Z.log2 => "(fun a -> if Big.sign a > 0 then Big.of_int (Big.numbits a - 1) else Big.zero)".
Extract Constant Z.to_pos => "(fun z -> if Big.sign z > 0 then z else Big.one)".

Extraction "checker/verified.ml"
  isomorphic_start isomorphic_take equal_finish
  equality_start equality_take equality_finish
  different_start different_take different_finish
  not_isomorphic_start not_isomorphic_take not_isomorphic_finish
  regions_start regions_take regions_finish
  boundaries_start boundaries_take boundaries_finish
  equal_on_start equal_on_take equal_on_finish
  within_start within_take within_finish all_attained
  boxes_start boxes_take boxes_finish boxes_attained
  satisfied_start satisfied_take satisfied_finish
  unsatisfied_start unsatisfied_take unsatisfied_finish
  same_class_start same_class_take same_class_finish other_class_finish
  unscalable_start unscalable_take unscalable_finish
  unbounded_start unbounded_take unbounded_finish.
