(* zarith's integers, under a name that no Coq module has *)
include Z
