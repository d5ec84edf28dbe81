"""All root modules among the sources, evaluated one after the other."""

from __future__ import annotations

from dataclasses import replace

from mlarchlint.frontends.terraform.declarations import ModuleSyntax
from mlarchlint.frontends.terraform.files import Folders
from mlarchlint.frontends.terraform.module_tree import ModuleInstance
from mlarchlint.frontends.terraform.modules import looks_like_module, read_manifest, root_directories
from mlarchlint.frontends.terraform.run import Run
from mlarchlint.frontends.terraform.sources import TerraformOptions, TerraformSources
from mlarchlint.frontends.terraform.variables import RootValues, undeclared
from mlarchlint.frontends.terraform.walk import Walk
from mlarchlint.model.diagnostic import Diagnostic, Level
from mlarchlint.model.resource import Evaluation, Instance


def evaluate_roots(sources: TerraformSources, options: TerraformOptions) -> Evaluation:
    folders = Folders(sources)
    instances: list[Instance] = []
    diagnostics: list[Diagnostic] = []
    roots: list[ModuleSyntax] = []
    for directory in root_directories(folders, options.exclude):
        syntax = folders.syntax(directory, directory in sources.partial)
        roots.append(syntax)
        if directory in options.planned:
            continue
        found, problems = _evaluate_root(syntax, folders, options)
        instances += found
        diagnostics += problems
    diagnostics += _unused_values(roots, options)
    everything = dict.fromkeys((*folders.diagnostics, *diagnostics))
    return Evaluation(
        tuple(instances),
        tuple(everything),
        frozenset(folders.read - folders.failed),
        frozenset(folders.failed),
    )


def _evaluate_root(
    syntax: ModuleSyntax, folders: Folders, options: TerraformOptions
) -> tuple[list[Instance], list[Diagnostic]]:
    root, whole = root_module(syntax, folders, options)
    found = list(Walk(root, whole).instances())
    if whole and root.run.undeclared:
        found = [replace(instance, whole=False) for instance in found]
    problems = root.run.all_diagnostics()
    return found, problems if whole or root.run.alone else [_of_a_module(one) for one in problems]


def _of_a_module(problem: Diagnostic) -> Diagnostic:
    """Its defaults are not what it is called with: what fails for them may be right for every caller."""
    if problem.code != "terraform-expression" or problem.summary.startswith("Invalid reference"):
        return problem
    detail = "Nothing in the scanned code calls this module; a caller may give what is missing."
    return replace(problem, detail=detail, level=Level.NOTE)


def root_module(
    syntax: ModuleSyntax, folders: Folders, options: TerraformOptions
) -> tuple[ModuleInstance, bool]:
    """The module with its variables given, and whether it is a whole stack."""
    directory = syntax.directory
    alone = directory in folders.sources.partial
    values = RootValues(syntax, folders, options)
    whole = not alone and not looks_like_module(syntax, values.inputs, bool(values.automatic))
    run = Run(folders, options, directory, read_manifest(directory, folders), alone)
    return ModuleInstance(run, syntax, values.inputs), whole


def _unused_values(roots: list[ModuleSyntax], options: TerraformOptions) -> list[Diagnostic]:
    names = undeclared((name for name, _ in options.variables), roots)
    detail = "Check the spelling; the value is not used."
    return [
        Diagnostic(
            "terraform-unknown-variable", f"no module declares variable {name}", detail, level=Level.WARNING
        )
        for name in names
    ]
