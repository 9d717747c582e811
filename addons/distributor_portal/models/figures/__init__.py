from . import channel_member_figure
from . import channel_member_figure_count
from . import channel_member_figure_category
from . import channel_ranking
from . import channel_ranking_place
from . import channel_member_figures
